insert into transformation
  (space_id, id, source_id, destination, type, event, name, enabled, definition, created_by, updated_by, created_at, updated_at)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9::jsonb,
  $10, $11, $12::timestamptz, $13::timestamptz)
  on conflict (space_id, source_id, type, event, destination) do nothing returning id
