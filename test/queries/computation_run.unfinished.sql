select computation_id as "computationId", id, cause, lane, version, steps, done, at, started_at as "startedAt", due_at as "dueAt",
  set_config('synchronous_commit', case when $1::boolean then 'off' else current_setting('synchronous_commit') end, true)
  from computation_run where space_id = $2 and finished_at is null order by queued_at, computation_id
