select id, name from transformation
  where space_id = $1 and source_id = $2 and type = $3 and event = $4 and destination = $5
