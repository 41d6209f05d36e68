update message set claim = null, claimed_at = null where space_id = $1 and claim = $2 and status = 'queued'
