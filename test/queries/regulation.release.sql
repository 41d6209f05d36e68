update regulation set claim = null, claimed_until = null, due_at = $1::timestamptz, status = $2,
  removed = $3::jsonb, error = $4, attempts = $5::integer,
  finished_at = $6::timestamptz
  where space_id = $7 and id = $8 and claim = $9
