update event_filter set name = $1, description = $2, enabled = $3, updated_by = $4, updated_at = $5::timestamptz
  where space_id = $6 and id = $7
