update export set claim = null, claimed_until = null
  where space_id = $1 and status = 'RUNNING' and claim is not null returning id
