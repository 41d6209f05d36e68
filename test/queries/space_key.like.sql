select key from space_key where space_id = $1 and starts_with(key, $2)
