select id, tool from destination
  where space_id = $1 and source_id = $2 and enabled order by id
