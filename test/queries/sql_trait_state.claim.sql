update sql_trait_state set claim = $1::uuid, claimed_until = $2::timestamptz
  where space_id = $3 and sql_trait_id = $4 and next_run_at <= $5::timestamptz
  and (claim is null or claimed_until < $6::timestamptz)
  returning next_run_at as "dueAt"
