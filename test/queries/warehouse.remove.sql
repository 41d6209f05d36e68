update warehouse set deleted_at = $1::timestamptz, password = '' where space_id = $2 and id = $3
