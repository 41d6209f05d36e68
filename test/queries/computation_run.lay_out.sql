update computation_run set at = $1::timestamptz, steps = $2::integer, done = 0
  where space_id = $3 and computation_id = $4 and finished_at is null and at is null returning id
