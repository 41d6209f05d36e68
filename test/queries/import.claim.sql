update import set claim = $1, claimed_until = $2::timestamptz, attempts = attempts + 1
  where space_id = $3 and id = $4 and status = 'RUNNING' and (claim is null or claimed_until < $5::timestamptz)
  returning space_id as "spaceId", id, source_id as "sourceId", started_at as "startedAt", header, claim, attempts, reached, refused
