update outbox set claim = $1, claimed_at = $2
  where space_id = $3 and (claim is null or claimed_at < $4) and (profile_id, id) in (
  select profile_id, id from outbox
  where space_id = $5 and due_at <= $6 and (claim is null or claimed_at < $7)
  order by due_at, profile_id, id limit $8 for update skip locked)
  returning space_id, profile_id, id, topic, payload, attempts, created_at
