update import set reached = $1::bigint, lines = lines + $2::bigint, taken = taken + $3::bigint + least(ahead - $4::bigint, $5::bigint),
  duplicates = duplicates + $6::bigint - least(ahead - $7::bigint, $8::bigint), ahead = ahead - $9::bigint - least(ahead - $10::bigint, $11::bigint), refused = refused + $12::bigint
  where space_id = $13 and id = $14 and kind = 'calls' and status = 'RUNNING' and reached = $15::bigint returning refused
