insert into oauth_app (id, space_id, name, token_days, scopes, created_by, created_at)
  values ($1, $2, $3, $4, $5::text[], $6, $7::timestamptz)
