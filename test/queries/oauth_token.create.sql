insert into oauth_token (hash, space_id, app_id, scopes, created_at, expires_at)
  values ($1, $2, $3, $4::text[], $5::timestamptz, $6::timestamptz)
