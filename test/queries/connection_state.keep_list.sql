update connection_state set list_id = $1 where space_id = $2 and connection_id = $3 and list_id is null
