delete from event_hour where space_id = $1 and hour < $2::timestamptz
