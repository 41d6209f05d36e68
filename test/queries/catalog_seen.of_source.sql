select type, name, path, first_at, last_at, days, kinds, frequent from catalog_seen
  where space_id = $1 and source_id = $2 and ($3::text is null or (type = $4::text and name = $5::text))
  and ($6::boolean or path = '' or name = '')
  order by type, name, path
