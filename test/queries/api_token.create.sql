insert into api_token (hash, space_id, name, created_at, sees_personal_data)
  values ($1, $2, $3, $4, $5) on conflict do nothing
