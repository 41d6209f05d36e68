update provider_account set name = $1, settings = $2::jsonb,
  rate_per_second = $3, policy = $4,
  enabled = $5, updated_at = $6
  where space_id = $7 and id = $8
