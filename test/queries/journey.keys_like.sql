select key from journey where space_id = $1 and starts_with(key, $2)
