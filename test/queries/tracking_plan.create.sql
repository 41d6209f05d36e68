insert into tracking_plan (space_id, id, type, name, slug, description, created_by, updated_by, created_at, updated_at)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9::timestamptz, $10::timestamptz)
  on conflict (space_id, slug) do nothing returning id
