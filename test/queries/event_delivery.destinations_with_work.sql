select d.space_id as "spaceId", d.id as "destinationId" from destination d where (
  exists (select from event_delivery e where e.space_id = d.space_id and e.destination_id = d.id
  and e.status = 'queued' and not e.replay and e.due_at <= $1::timestamptz)
  or exists (select from event_delivery e where e.space_id = d.space_id and e.destination_id = d.id
  and e.status = 'queued' and e.replay and e.due_at <= $2::timestamptz)
  or exists (select from event_delivery e where e.space_id = d.space_id and e.destination_id = d.id
  and e.status = 'sending' and e.claimed_at < $3::timestamptz))
  and not exists (select from destination_hold h where h.space_id = d.space_id and h.destination_id = d.id
  and h.holder <> $4::uuid and h.held_until > $5::timestamptz)
  order by d.space_id, d.id
