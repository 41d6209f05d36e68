update sql_trait_state set claim = null, claimed_until = null, attempts = $1::integer,
  next_run_at = case when next_run_at > $2::timestamptz and next_run_at < $3::timestamptz then next_run_at
  else $4::timestamptz end
  where space_id = $5 and sql_trait_id = $6 and claim = $7::uuid
