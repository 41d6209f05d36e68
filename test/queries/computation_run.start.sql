update computation_run set started_at = $1::timestamptz
  where space_id = $2 and started_at is null and finished_at is null and computation_id = any($3::text[])
