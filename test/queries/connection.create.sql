insert into connection (space_id, id, kind, computation_id, destination_id, enabled, send_track, send_identify, names, extras,
  created_by, updated_by, created_at, updated_at)
  values ($1, $2, $3, $4, $5, $6, $7, $8,
  $9::jsonb, $10::jsonb, $11, $12, $13::timestamptz, $14::timestamptz)
  on conflict (space_id, computation_id, destination_id) do nothing returning id
