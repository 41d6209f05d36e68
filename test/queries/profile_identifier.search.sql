select profile_id from profile_identifier
  where space_id = $1 and collection = 'users' and (value like $2 or value like $3)
  order by value limit $4
