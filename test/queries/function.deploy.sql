update function set deployed = $1::integer, deployed_at = $2::timestamptz where space_id = $3 and id = $4
