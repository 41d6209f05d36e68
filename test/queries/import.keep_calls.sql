update import set reached = $1::bigint, lines = lines + $2::bigint, taken = taken + $3::bigint,
  duplicates = duplicates + $4::bigint, refused = refused + $5::bigint
  where space_id = $6 and id = $7 and kind = 'calls' and status = 'RUNNING' and reached = $8::bigint returning refused
