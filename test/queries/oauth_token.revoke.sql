update oauth_token set revoked_at = coalesce(revoked_at, $1::timestamptz)
  where space_id = $2 and hash = $3 returning hash
