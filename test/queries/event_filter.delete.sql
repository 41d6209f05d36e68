delete from event_filter where space_id = $1 and id = $2
