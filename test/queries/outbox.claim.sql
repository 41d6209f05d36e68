with next as materialized (
  select n.profile_id, n.id from outbox n
  where n.space_id = $1 and n.due_at <= $2 and (n.claim is null or n.claimed_at < $3)
  and not exists (select from outbox h where h.space_id = $4 and h.profile_id = n.profile_id
  and h.claim is not null and h.claimed_at >= $5)
  order by n.due_at, n.profile_id, n.id limit $6)
  update outbox o set claim = $7, claimed_at = $8 from next n
  where o.space_id = $9 and o.profile_id = n.profile_id and o.id = n.id and (o.claim is null or o.claimed_at < $10)
  returning o.space_id, o.profile_id, o.id, o.topic, o.payload, o.attempts, o.created_at
