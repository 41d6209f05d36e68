update api_token set last_used_at = $1::timestamptz
  where space_id = $2 and id = $3 and (last_used_at is null or last_used_at < $4::timestamptz)
