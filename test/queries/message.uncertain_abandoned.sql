update message set status = 'uncertain', reason = 'crashed'
  where space_id = $1 and provider_account_id = $2 and status = 'sending' and claimed_at < $3
  returning id
