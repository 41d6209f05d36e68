select count(*) as count from (select from event_delivery
  where space_id = $1 and replay_id = $2 and status in ('queued', 'held', 'sending') limit $3) as e
