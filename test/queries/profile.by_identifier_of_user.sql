select profile_id as id from profile_identifier
  where space_id = $1 and collection = $2 and type = $3 and value = $4
