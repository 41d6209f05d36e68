update message set status = 'queued', claim = null, claimed_at = null
  where space_id = $1 and provider_account_id = $2 and status = 'sending' and claimed_at < $3
  returning id
