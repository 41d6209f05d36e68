delete from subscription_group where space_id = $1 and id = $2 returning id
