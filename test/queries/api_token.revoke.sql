update api_token set revoked_at = $1::timestamptz, revoked_by = $2
  where space_id = $3 and id = $4 and revoked_at is null
