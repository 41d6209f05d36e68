update destination_filter set title = $1, description = $2, condition = $3,
  actions = $4::jsonb, enabled = $5, updated_by = $6, updated_at = $7::timestamptz
  where space_id = $8 and id = $9
