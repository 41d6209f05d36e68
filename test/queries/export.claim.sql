update export set claim = $1, claimed_until = $2::timestamptz, attempts = attempts + 1, people = 0
  where space_id = $3 and id = $4 and status = 'RUNNING' and (claim is null or claimed_until < $5::timestamptz)
  returning space_id as "spaceId", id, kind, computation_id as "computationId", request, claim, attempts
