update regulation set claim = $1, claimed_until = $2::timestamptz, status = 'RUNNING'
  where space_id = $3 and id = $4 and due_at <= $5::timestamptz and (claim is null or claimed_until < $6::timestamptz)
  returning space_id as "spaceId", id, type, requested_by as by, claim, attempts
