with next as materialized (
  select profile_id, id, visit as was, visit + 1 as visit from journey_run
  where space_id = $1 and journey_id = $2 and version = any($3::integer[]) and status in ('active', 'held')
  order by profile_id, id limit $4)
  update journey_run r set status = 'exited', end_reason = $5::text, ended_at = $6::timestamptz, cohort_id = $7::uuid,
  visit = next.visit, due_at = null
  from next
  where r.space_id = $8 and r.profile_id = next.profile_id and r.id = next.id and r.visit = next.was and r.status in ('active', 'held')
  returning r.id
