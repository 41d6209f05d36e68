update computation_run set finished_at = $1::timestamptz, done = steps, attempts = 0, drift = $2::bigint
  where space_id = $3 and computation_id = $4
