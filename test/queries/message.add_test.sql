insert into message (space_id, profile_id, id, key, channel, provider_account_id, template_id, template_version, purpose, address,
  address_type, variables, due_at, created_at)
  values ($1, $2, $3, $4, $5, $6, $7, $8, 'test',
  $9, $10, '{"journey":{"context":{}}}'::jsonb, $11, $12)
  on conflict do nothing
