update subscription_group set name = $1, description = $2
  where space_id = $3 and id = $4 returning id, name, description, created_at
