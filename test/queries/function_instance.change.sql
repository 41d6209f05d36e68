update function_instance set name = $1, enabled = $2, settings = $3::jsonb,
  secrets = $4, limit_seconds = $5::integer, updated_by = $6, updated_at = $7::timestamptz
  where space_id = $8 and id = $9
