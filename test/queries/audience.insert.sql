insert into "audience" (space_id, id, key, name, description, "condition", options, enabled, collection, folder_id, created_by, updated_by, created_at, updated_at)
  values ($1, $2, $3, $4, $5, $6::jsonb,
  $7::jsonb, $8, $9, $10, $11, $12, $13::timestamptz, $14::timestamptz)
