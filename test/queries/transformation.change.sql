update transformation set name = $1, enabled = $2, definition = $3::jsonb,
  updated_by = $4, updated_at = $5::timestamptz
  where space_id = $6 and id = $7
