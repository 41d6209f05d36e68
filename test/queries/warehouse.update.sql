update warehouse set name = $1, host = $2, port = $3::integer, database = $4,
  username = $5, password = $6, ssl = $7, updated_at = $8::timestamptz
  where space_id = $9 and id = $10
