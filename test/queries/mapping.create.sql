insert into mapping (space_id, id, destination_id, name, action, trigger, fields, enabled, position, created_by, updated_by, created_at, updated_at)
  values ($1, $2, $3, $4, $5, $6,
  $7::jsonb, $8, $9, $10, $11, $12::timestamptz, $13::timestamptz)
