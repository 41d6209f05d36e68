insert into subscription_group (space_id, id, name, description, created_at)
  values ($1, $2, $3, $4, $5)
  on conflict do nothing returning id, name, description, created_at
