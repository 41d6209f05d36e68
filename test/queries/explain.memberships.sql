select profile_id as "profileId", audience_id as id from membership
  where space_id = $1 and profile_id = any ($2::uuid[])
