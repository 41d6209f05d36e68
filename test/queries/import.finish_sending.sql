update import set status = $1, finished_at = $2::timestamptz, error = $3, claim = null, claimed_until = null
  where space_id = $4 and id = $5 and claim = $6
