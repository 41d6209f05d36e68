insert into destination (space_id, id, source_id, tool, name, enabled, settings, created_by, updated_by, created_at, updated_at)
  values ($1, $2, $3, $4, $5, $6, $7::jsonb,
  $8, $9, $10::timestamptz, $11::timestamptz)
