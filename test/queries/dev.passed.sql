select r.journey_id, t.step, count(*) as count
  from journey_transition t join journey_run r on r.space_id = $1 and r.profile_id = t.profile_id and r.id = t.run_id
  where t.space_id = $2 and t.step is not null group by 1, 2
