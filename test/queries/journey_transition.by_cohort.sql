insert into journey_transition (space_id, profile_id, run_id, id, step, branch, next_step, happened_at)
  select $1, r.profile_id, r.id, r.visit, $2::text, $3::text, $4::text, $5::timestamptz
  from journey_run r where r.space_id = $6 and r.cohort_id = $7::uuid
  order by r.profile_id, r.id on conflict do nothing
