update regulation_subject s set status = 'FORGOTTEN', forgotten_at = $1::timestamptz, profile_ids = r.ids::uuid[],
  known = r.known::jsonb
  from unnest($2::text[], $3::text[],
  $4::text[]) as r (hash, ids, known)
  where s.space_id = $5 and s.regulation_id = $6 and s.hash = r.hash
