delete from profile_identifier where space_id = $1 and collection = 'users' and type = $2 and value = $3
  and profile_id = $4::uuid
