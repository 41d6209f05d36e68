select account_id from profile_link
  where space_id = $1 and profile_id = any($2::uuid[]) and created_at >= $3::timestamptz order by account_id
