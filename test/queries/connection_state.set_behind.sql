update connection_state set live = false where space_id = $1 and connection_id = $2 and live
