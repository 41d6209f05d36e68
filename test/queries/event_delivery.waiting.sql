select count(*)::int as count from (
  select id from event_delivery where space_id = $1 and destination_id = $2 and status = 'queued' limit $3
  ) as waiting
