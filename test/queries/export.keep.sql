update export set people = $1::bigint, claimed_until = $2::timestamptz
  where space_id = $3 and id = $4 and claim = $5 and status = 'RUNNING' returning id
