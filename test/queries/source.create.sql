insert into source (space_id, id, name, kind, created_at) values ($1, $2, $3, $4, $5) on conflict do nothing
