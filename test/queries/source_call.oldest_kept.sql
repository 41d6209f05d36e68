select id from source_call where space_id = $1 and source_id = $2
  order by id desc offset $3 limit 1
