update computation_run set attempts = attempts + 1
  where space_id = $1 and computation_id = $2 and finished_at is null returning attempts, done, steps, set_config('synchronous_commit', case when $3::boolean then 'off' else current_setting('synchronous_commit') end, true)
