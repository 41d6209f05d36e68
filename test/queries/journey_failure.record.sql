insert into journey_failure (space_id, cohort_id, journey_id, version, step, kind, error, attempts, first_at, last_at)
  select $1, c.id, c.journey_id, c.version, c.step, $2::text, $3::text, 1, $4::timestamptz, $5::timestamptz
  from journey_cohort c where c.space_id = $6 and c.id = $7::uuid
  on conflict (space_id, cohort_id) do update set kind = excluded.kind, error = excluded.error, last_at = excluded.last_at,
  attempts = journey_failure.attempts + 1
