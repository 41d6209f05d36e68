select profile_id from profile_identifier
  where space_id = $1 and collection = $2 and (value like $3 or value like $4)
  order by value limit $5
