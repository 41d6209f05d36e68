select * from integration_filter
  where space_id = $1 and source_id = $2 and ($3::text is null or tool = $4::text)
  order by type, name, tool
