update connection_state set holder = null, held_until = null, attempts = $1::integer, due_at = $2::timestamptz,
  last_error = $3
  where space_id = $4 and connection_id = $5 and holder = $6::uuid
