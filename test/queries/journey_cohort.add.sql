insert into journey_cohort (space_id, id, journey_id, version, carrier, depth, step, due_at, run_count, created_at)
  values ($1, $2::uuid, $3, $4, $5::uuid, $6,
  $7, $8::timestamptz, $9, $10::timestamptz) on conflict do nothing returning id
