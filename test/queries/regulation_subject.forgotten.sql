update regulation_subject s set status = 'FORGOTTEN', forgotten_at = $1::timestamptz, profile_ids = r.ids::uuid[]
  from unnest($2::text[], $3::text[]) as r (hash, ids)
  where s.space_id = $4 and s.regulation_id = $5 and s.hash = r.hash
