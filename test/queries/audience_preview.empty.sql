update audience_preview set status = 'FAILED', asked = '{}'::jsonb, estimate = null, results = null, identifiers = null, size = null,
  failure = null, claim = null, claimed_until = null, expires_at = $1::timestamptz
  where space_id = $2 and id = $3 and counted and requested_at > $4::timestamptz
