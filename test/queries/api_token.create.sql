insert into api_token (hash, space_id, id, kind, name, created_by, created_at, sees_personal_data)
  values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing
