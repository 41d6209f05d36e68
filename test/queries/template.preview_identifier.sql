select profile_id from profile_identifier
  where space_id = $1 and collection = 'users' and type = $2 and value = $3
