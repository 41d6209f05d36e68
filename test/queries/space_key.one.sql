select noun from space_key where space_id = $1 and key = $2
