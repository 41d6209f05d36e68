update message m set status = 'sent', sent_at = m.claimed_at, claim = null, claimed_at = null
  where m.space_id = $1 and m.provider_account_id = $2 and m.status = 'sending' and m.claimed_at < $3
  and exists (select from delivery_event d where d.space_id = $4 and d.profile_id = m.profile_id and d.message_id = m.id)
  returning m.id
