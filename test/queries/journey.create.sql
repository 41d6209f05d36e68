insert into journey (space_id, id, key, name, description, draft, created_by, updated_by, created_at, updated_at)
  values ($1, $2, $3, $4, $5, $6::jsonb,
  $7, $8, $9, $10) on conflict do nothing
