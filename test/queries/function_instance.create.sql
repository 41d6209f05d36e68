insert into function_instance (space_id, id, function_id, integration_id, name, enabled, settings, secrets, limit_seconds,
  created_by, updated_by, created_at, updated_at)
  values ($1, $2, $3, $4, $5, $6, $7::jsonb,
  $8, $9::integer, $10, $11, $12::timestamptz, $13::timestamptz)
  on conflict (space_id, integration_id) do nothing returning id
