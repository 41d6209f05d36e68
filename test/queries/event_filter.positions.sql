select position from event_filter where space_id = $1 and integration_id = $2
