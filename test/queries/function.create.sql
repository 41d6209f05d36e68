insert into function (space_id, id, kind, name, description, logo_url, settings, latest, created_by, updated_by, created_at, updated_at)
  values ($1, $2, $3, $4, $5, $6, $7::jsonb, 1,
  $8, $9, $10::timestamptz, $11::timestamptz)
