select * from journey_cohort where space_id = $1 and id = $2::uuid for update
