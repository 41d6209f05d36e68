update import set reached = $1::bigint, taken = taken + $2::bigint,
  duplicates = duplicates + $3::bigint, refused = refused + $4::bigint, claim = null, claimed_until = null
  where space_id = $5 and id = $6 and claim = $7 and status = 'RUNNING' returning refused
