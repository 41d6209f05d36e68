update import set reached = $1::bigint, taken = taken + $2::bigint, refused = refused + $3::bigint,
  attempts = 1, claimed_until = $4::timestamptz
  where space_id = $5 and id = $6 and claim = $7 and status = 'RUNNING' and reached = $8::bigint returning id
