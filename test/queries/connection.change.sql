update connection set enabled = $1, send_track = $2, send_identify = $3,
  names = $4::jsonb, extras = $5::jsonb, updated_by = $6, updated_at = $7::timestamptz
  where space_id = $8 and id = $9
