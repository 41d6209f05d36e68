select id, name, description, created_at from subscription_group where space_id = $1 and id = $2
