select replay_id as id, status, count(*) as count from event_delivery
  where space_id = $1 and replay_id = any($2::text[]) group by replay_id, status
