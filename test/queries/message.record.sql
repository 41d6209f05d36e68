update message m set status = r.status, reason = r.reason, attempts = r.attempts, due_at = r.due_at,
  provider_message_id = r.provider_message_id, sent_at = r.sent_at, claim = case when r.status = 'uncertain' then m.claim end,
  claimed_at = case when r.status = 'uncertain' then m.claimed_at end
  from unnest($1::uuid[], $2::uuid[], $3::text[],
  $4::text[], $5::integer[], $6::timestamptz[],
  $7::text[], $8::timestamptz[])
  as r (profile_id, id, status, reason, attempts, due_at, provider_message_id, sent_at)
  where m.space_id = $9 and m.profile_id = r.profile_id and m.id = r.id and coalesce(m.claim::text, '') = $10::text
  and m.status in ('queued', 'sending', 'uncertain')
  returning m.id
