insert into template (space_id, id, key, name, channel, version, created_at, updated_at)
  values ($1, $2, $3, $4, $5, 1, $6, $7)
  on conflict do nothing returning id, key, name, channel, version, created_at, updated_at
