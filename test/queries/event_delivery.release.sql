update event_delivery set status = 'queued' where space_id = $1 and replay_id = $2 and status = 'held'
