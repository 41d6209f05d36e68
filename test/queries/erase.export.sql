update export set expires_at = null, claim = null, claimed_until = null where space_id = $1
  and (expires_at is not null or claim is not null)
