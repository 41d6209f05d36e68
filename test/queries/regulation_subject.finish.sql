update regulation_subject set status = 'FINISHED', value = null, profile_ids = '{}', known = '[]', finished_at = $1::timestamptz
  where space_id = $2 and regulation_id = $3 and status = 'FORGOTTEN'
  and hash in (select r.hash from unnest($4::text[]) as r (hash))
