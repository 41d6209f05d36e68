select space_id, profile_id, connection_id, regulation_id, ids, attempts, due_at, queued_at, created_at from connection_removal
  where due_at <= $1::timestamptz order by due_at, space_id, profile_id limit $2
