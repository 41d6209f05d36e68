update event_delivery set status = 'held' where space_id = $1 and replay_id = $2 and status = 'queued'
