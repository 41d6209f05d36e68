update message set claim = null, claimed_at = null
  where space_id = $1 and provider_account_id = $2 and status = 'queued' and claim is not null
  and claimed_at < $3
  returning id
