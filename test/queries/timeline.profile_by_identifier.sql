select p.id, p.identifiers from profile_identifier i
  join profile p on p.space_id = $1 and p.id = i.profile_id
  where i.space_id = $2 and i.collection = 'users' and i.type = $3 and i.value = $4
