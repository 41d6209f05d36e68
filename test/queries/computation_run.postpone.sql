update computation_run set started_at = null,
  due_at = case when attempts < $1::integer then $2::timestamptz end
  where space_id = $3 and computation_id = $4 and finished_at is null returning due_at as "dueAt"
