select space_id, profile_id, id, topic, payload, attempts, created_at from outbox
  where space_id = $1 and profile_id = any($2::uuid[]) and created_at >= $3::timestamptz
  and topic in ('entered', 'event') order by due_at, profile_id, id
