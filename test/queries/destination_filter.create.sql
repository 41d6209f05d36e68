insert into destination_filter
  (space_id, id, destination_id, title, description, condition, actions, enabled, created_by, updated_by, created_at, updated_at)
  values ($1, $2, $3, $4, $5, $6,
  $7::jsonb, $8, $9, $10, $11::timestamptz, $12::timestamptz)
