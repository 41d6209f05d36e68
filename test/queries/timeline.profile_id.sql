select i.profile_id as id from profile_identifier i
  where i.space_id = $1 and i.collection = 'users' and i.type = $2 and i.value = $3
