select count(*) as many from (select 1 from catalog_seen
  where space_id = $1 and source_id = $2 limit $3) c
