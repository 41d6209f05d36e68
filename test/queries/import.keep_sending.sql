update import set reached = $1::bigint, taken = taken + $2::bigint, claim = null, claimed_until = null
  where space_id = $3 and id = $4 and claim = $5 and status = 'RUNNING' returning id
