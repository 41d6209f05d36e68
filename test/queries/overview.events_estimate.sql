explain (format json) select from event where space_id = $1
