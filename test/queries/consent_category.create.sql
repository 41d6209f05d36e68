insert into consent_category (space_id, id, name, tools, enabled, created_by, updated_by, created_at, updated_at)
  values ($1, $2, $3, $4::text[], $5, $6, $7,
  $8::timestamptz, $9::timestamptz)
  on conflict do nothing returning *
