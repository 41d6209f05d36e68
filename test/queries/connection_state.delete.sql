delete from connection_state where space_id = $1 and connection_id = $2
