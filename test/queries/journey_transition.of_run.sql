select * from journey_transition
  where space_id = $1 and profile_id = $2::uuid and run_id = $3::uuid order by id
