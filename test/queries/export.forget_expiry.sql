update export set expires_at = null where space_id = $1 and id = $2
