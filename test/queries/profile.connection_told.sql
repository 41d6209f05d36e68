select connection_id, ids from connection_told where space_id = $1 and profile_id = $2::uuid
