select entered_at as at from membership
  where space_id = $1 and audience_id = $2 and profile_id = $3::uuid
