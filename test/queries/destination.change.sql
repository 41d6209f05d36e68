update destination set name = $1, enabled = $2, settings = $3::jsonb,
  rate_per_second = $4::integer, retry_minutes = $5::integer, updated_by = $6, updated_at = $7::timestamptz
  where space_id = $8 and id = $9
