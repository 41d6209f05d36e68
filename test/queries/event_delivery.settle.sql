update event_delivery d set status = r.status, reason = r.reason, detail = r.detail, warnings = r.warnings, done = r.done,
  attempts = r.attempts, due_at = r.due_at, finished_at = r.finished_at, claim = null, claimed_at = null,
  payload = case when r.keep then d.payload else null end
  from unnest($1::uuid[], $2::uuid[],
  $3::text[], $4::text[], $5::text[],
  $6::jsonb[], $7::jsonb[],
  $8::int[], $9::timestamptz[],
  $10::timestamptz[], $11::boolean[])
  as r (profile_id, id, status, reason, detail, warnings, done, attempts, due_at, finished_at, keep)
  where d.space_id = $12 and d.profile_id = r.profile_id and d.id = r.id and d.status = 'sending'
  and coalesce(d.claim::text, '') = $13::text
  returning d.id
