select connection_id as id from connection_state
  where space_id = $1 and connection_id = $2 and holder = $3::uuid for update
