update computation_run set done = done + 1, attempts = 0
  where space_id = $1 and computation_id = $2 and finished_at is null
