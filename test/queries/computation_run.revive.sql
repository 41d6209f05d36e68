update computation_run set due_at = $1::timestamptz, attempts = 0
  where space_id = $2 and finished_at is null and due_at is null
