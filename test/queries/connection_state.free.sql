update connection_state set holder = null, held_until = null
  where space_id = $1 and connection_id = $2 and holder = $3::uuid
