select i.* from unnest($1::text[], $2::text[]) as r (type, value)
  cross join lateral (
  select * from profile_identifier
  where space_id = $3 and collection = $4 and type = r.type and value = r.value limit 1) as i
  order by i.created_at desc, i.type, i.value
