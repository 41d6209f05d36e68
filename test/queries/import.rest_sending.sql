update import set claim = null, claimed_until = null
  where space_id = $1 and id = $2 and claim = $3 and status = 'PAUSED' returning id
