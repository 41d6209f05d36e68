select from suppressed_identifier where space_id = $1 limit 1
