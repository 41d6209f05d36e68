update function set name = $1, description = $2, logo_url = $3, settings = $4::jsonb,
  latest = $5::integer, updated_by = $6, updated_at = $7::timestamptz
  where space_id = $8 and id = $9
