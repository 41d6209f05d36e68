select controls from source_control where space_id = $1 and source_id = $2
