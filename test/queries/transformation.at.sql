select id, name, type, event, definition from transformation
  where space_id = $1 and source_id = $2 and destination = $3 and enabled order by id
