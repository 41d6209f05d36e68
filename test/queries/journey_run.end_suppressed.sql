with next as materialized (
  select profile_id, id, visit as was, visit + 1 as visit from journey_run
  where space_id = $1 and profile_id in (select p.id from unnest($2::uuid[]) as p (id)) and status in ('active', 'held')
  order by profile_id, id)
  update journey_run r set status = 'exited', end_reason = 'suppressed', ended_at = $3::timestamptz, cohort_id = $4::uuid,
  visit = next.visit, due_at = null
  from next
  where r.space_id = $5 and r.profile_id = next.profile_id and r.id = next.id and r.visit = next.was and r.status in ('active', 'held')
  returning r.id
