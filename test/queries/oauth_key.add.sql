insert into oauth_key (id, space_id, app_id, public_key, created_at)
  values ($1, $2, $3, $4, $5::timestamptz) on conflict do nothing
