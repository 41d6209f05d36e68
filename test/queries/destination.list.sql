select * from destination
  where space_id = $1 and ($2::text is null or source_id = $3::text)
  order by source_id, name
