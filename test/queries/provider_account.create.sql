insert into provider_account (space_id, id, channel, kind, name, settings, rate_per_second, policy, created_at, updated_at)
  values ($1, $2, $3, $4, $5, $6::jsonb,
  $7, $8, $9, $10) on conflict do nothing
