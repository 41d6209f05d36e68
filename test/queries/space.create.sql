insert into space (id, slug, name, created_at) values ($1, $2, $3, $4) on conflict do nothing
