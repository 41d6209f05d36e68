with next as materialized (
  select profile_id, id, attempts + 1 as attempts, coalesce(tried_at, $1::timestamptz) as tried_at from event_delivery
  where space_id = $2 and destination_id = $3 and status = 'queued' and replay = $4
  and due_at <= $5::timestamptz
  order by due_at, profile_id, id limit $6 for update skip locked)
  update event_delivery d set status = 'sending', claim = $7::uuid, claimed_at = $8::timestamptz, attempts = n.attempts,
  tried_at = n.tried_at
  from next n
  where d.space_id = $9 and d.profile_id = n.profile_id and d.id = n.id and d.status = 'queued' and coalesce(d.claim::text, '') = ''
  returning d.space_id, d.profile_id, d.id, d.destination_id, d.message_id, d.type, d.name, d.payload, d.replay, d.done, d.attempts, d.due_at,
  d.claimed_at, d.received_at, d.tried_at
