update mapping set name = $1, trigger = $2, fields = $3::jsonb, enabled = $4,
  updated_by = $5, updated_at = $6::timestamptz
  where space_id = $7 and id = $8
