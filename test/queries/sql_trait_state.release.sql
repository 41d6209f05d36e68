update sql_trait_state set claim = null, claimed_until = null, attempts = $1::integer,
  next_run_at = case when next_run_at = $2::timestamptz then $3::timestamptz else next_run_at end
  where space_id = $4 and sql_trait_id = $5 and claim = $6::uuid
