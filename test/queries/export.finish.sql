update export set status = $1, finished_at = $2::timestamptz,
  error = $3, snapshot_at = $4::timestamptz, expires_at = $5::timestamptz,
  people = $6::bigint, claim = null, claimed_until = null
  where space_id = $7 and id = $8 and claim = $9 and status = 'RUNNING'
