update computation_run set finished_at = $1::timestamptz, done = steps, attempts = 0, drift = $2::bigint
  where space_id = $3 and computation_id = $4 returning set_config('synchronous_commit', case when $5::boolean then 'off' else current_setting('synchronous_commit') end, true)
