insert into audience_evaluation (space_id, audience_id, id, mode, evaluated_at, duration_ms, error)
  values ($1, $2, $3::uuid, 'full', $4::timestamptz, 0, $5)
  on conflict do nothing
