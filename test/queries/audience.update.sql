update "audience" set name = $1, description = $2, enabled = $3,
  "condition" = $4::jsonb, options = $5::jsonb,
  version = $6::integer, updated_by = $7, updated_at = $8::timestamptz
  where space_id = $9 and id = $10
