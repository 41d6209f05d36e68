select t.step, t.branch, coalesce(t.next_step = t.step, false) as stayed, count(*) as runs
  from journey_transition t join journey_run r on r.profile_id = t.profile_id and r.id = t.run_id
  where t.space_id = $1 and r.space_id = $2 and r.journey_id = $3 and r.version = $4 and t.step is not null
  group by t.step, t.branch, coalesce(t.next_step = t.step, false)
