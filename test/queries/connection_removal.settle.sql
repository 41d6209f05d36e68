delete from connection_removal where space_id = $1 and profile_id = $2::uuid returning 1 as one
