select code, type, value, reason from identity_refusal
  where space_id = $1 and profile_id = any($2::uuid[]) and last_at >= $3::timestamptz order by type, value
