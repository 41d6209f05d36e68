select d.id, d.key, d.name, d.description, d.enabled, d.version, d.collection, d."definition" as definition, d.options, d.folder_id as "folderId",
  d.created_by as "createdBy", d.updated_by as "updatedBy", d.created_at as "createdAt", d.updated_at as "updatedAt",
  case when not d.enabled then 'Disabled'
  when not ("d"."enabled" and coalesce(("d"."options" ->> 'computeWithoutDestinations')::boolean, true)) then 'Awaiting Destinations'
  when s.status in ('Error', 'Failed') then s.status
  else case (select r.cause || case when r.started_at is null then ' waits' else '' end from computation_run r
  where r.space_id = $1 and r.computation_id = d.id and r.finished_at is null) when 'new' then 'Computing' when 'new waits' then 'Preparing' when 'edit' then 'Backfilling' when 'edit waits' then 'Locked' else s.status end
  end as status, s.status as "storedStatus", s.evaluated_version as "evaluatedVersion",
  (select jsonb_build_object('cause', r.cause, 'queuedAt', r.queued_at, 'startedAt', r.started_at,
  'askedBy', r.asked_by, 'steps', r.steps, 'done', r.done, 'attempts', r.attempts,
  'place', (select count(*) from computation_run q where q.space_id = $2 and q.lane = r.lane and q.finished_at is null
  and q.started_at is null and q.due_at is not null and (q.queued_at, q.computation_id) <= (r.queued_at, r.computation_id)),
  'ahead', (select count(*) from computation_run q where q.space_id = $3 and q.lane = r.lane and q.finished_at is null and q.started_at is not null))
  from computation_run r where r.space_id = $4 and r.computation_id = d.id and r.finished_at is null) as run, s.reason, s.evaluated_at as "evaluatedAt", 0 as count
  from "computed_trait" d join "computed_trait_state" s on s.space_id = $5 and s."computed_trait_id" = d.id
  where d.space_id = $6 and d.deleted_at is null and case $7::text when '' then true when 'root' then d.folder_id is null else d.folder_id = $8 end
  and case $9::text when 'key' then starts_with(d.key, $10) when 'name' then d.name ilike $11
  else d.name ilike $12 or d.key ilike $13 end
  and ($14::boolean or d.created_at < $15::timestamptz
  or d.created_at = $16::timestamptz and d.id > $17)
  order by d.created_at desc, d.id limit $18::integer
