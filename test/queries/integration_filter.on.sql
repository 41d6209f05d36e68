delete from integration_filter
  where space_id = $1 and source_id = $2 and type = $3 and name = $4 and tool = $5
