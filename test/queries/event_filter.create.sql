insert into event_filter (space_id, id, integration_id, name, description, condition, enabled, position, created_by, updated_by, created_at, updated_at)
  values ($1, $2, $3, $4, $5, $6, $7,
  $8, $9, $10, $11::timestamptz, $12::timestamptz)
