update import set status = 'RUNNING', started_at = $1::timestamptz, finished_at = null, requested_by = $2, error = null,
  reached = $3::bigint, lines = $4::bigint, taken = 0, duplicates = 0, refused = 0
  where space_id = $5 and id = $6 and status <> 'RUNNING' returning id
