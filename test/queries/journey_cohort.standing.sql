select id, step, due_at as due from journey_cohort
  where space_id = $1 and carrier = $2::uuid and ended_at is null order by id
