update audience_preview set claim = $1, claimed_until = $2::timestamptz, attempts = attempts + 1
  where space_id = $3 and id = $4 and status = 'RUNNING' and claimed_until < $5::timestamptz
  returning space_id as "spaceId", id, claim, asked, requested_at as "requestedAt", attempts
