insert into journey_transition (space_id, profile_id, run_id, id, step, branch, next_step, happened_at, evidence)
  select $1, r.profile_id, r.id, r.visit, r.step, null, null, $2::timestamptz, '{"exit":"suppressed"}'::jsonb
  from journey_run r where r.space_id = $3 and r.cohort_id = $4::uuid order by r.profile_id, r.id on conflict do nothing
