insert into journey_transition (space_id, profile_id, run_id, id, step, branch, next_step, happened_at, evidence)
  select $1, r.profile_id, r.id, r.visit, r.step, null, null, $2::timestamptz, $3::jsonb
  from journey_run r where r.space_id = $4 and r.cohort_id = $5::uuid order by r.profile_id, r.id on conflict do nothing
