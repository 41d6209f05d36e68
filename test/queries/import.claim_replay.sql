update import set claim = $1, claimed_until = $2::timestamptz
  where space_id = $3 and id = $4 and status = 'RUNNING' and kind = 'replay' and (claim is null or claimed_until < $5::timestamptz)
  returning space_id as "spaceId", id, source_id as "sourceId", header as origin, reached, expected, taken + duplicates + refused as done, claim
