update provider_account set settings = $1::jsonb
  where space_id = $2 and id = $3 and settings = $4::jsonb
