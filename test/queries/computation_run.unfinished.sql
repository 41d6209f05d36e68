select computation_id as "computationId", id, cause, lane, version, steps, done, at, started_at as "startedAt", due_at as "dueAt"
  from computation_run where space_id = $1 and finished_at is null order by queued_at, computation_id
