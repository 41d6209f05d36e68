update message m set status = 'sent', reason = null, sent_at = m.claimed_at, claim = null, claimed_at = null
  from unnest($1::uuid[], $2::uuid[]) as r (profile_id, id)
  where m.space_id = $3 and m.profile_id = r.profile_id and m.id = r.id and m.status = 'uncertain'
  returning m.id
