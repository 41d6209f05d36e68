update connection set enabled = $1, send_track = $2, send_identify = $3,
  names = $4::jsonb, updated_by = $5, updated_at = $6::timestamptz
  where space_id = $7 and id = $8
