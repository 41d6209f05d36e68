select hash, type, value, profile_ids, known, forgotten_at from regulation_subject
  where space_id = $1 and regulation_id = $2 and status = $3
  and (forgotten_at is null or forgotten_at <= $4::timestamptz) order by hash limit $5
