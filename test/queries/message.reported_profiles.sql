select o.id, o.merged_into from profile o
  where o.space_id = $1 and o.id in (select unnest($2::uuid[]))
