update journey_cohort set outcome = $1::jsonb, ended_at = $2::timestamptz
  where space_id = $3 and id = $4::uuid and ended_at is null
