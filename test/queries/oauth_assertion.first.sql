insert into oauth_assertion (app_id, jti, expires_at) values ($1, $2, $3::timestamptz)
  on conflict do nothing returning jti
