delete from journey_failure where space_id = $1 and cohort_id = $2::uuid
