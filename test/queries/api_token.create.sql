insert into api_token (hash, space_id, name, created_at) values ($1, $2, $3, $4) on conflict do nothing
