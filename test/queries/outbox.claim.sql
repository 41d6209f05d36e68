with next as materialized (
  select profile_id, id from outbox
  where space_id = $1 and due_at <= $2 and (claim is null or claimed_at < $3)
  order by due_at, profile_id, id limit $4 for update skip locked)
  update outbox o set claim = $5, claimed_at = $6 from next n
  where o.space_id = $7 and o.profile_id = n.profile_id and o.id = n.id and (o.claim is null or o.claimed_at < $8)
  returning o.space_id, o.profile_id, o.id, o.topic, o.payload, o.attempts, o.created_at
