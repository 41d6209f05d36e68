update outbox set claim = null, claimed_at = null, attempts = attempts + 1, due_at = $1, last_error = $2
  where space_id = $3 and claim = $4 and topic = $5
