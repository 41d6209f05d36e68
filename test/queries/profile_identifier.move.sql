update profile_identifier set profile_id = r.profile_id
  from unnest($1::text[], $2::text[], $3::text[],
  $4::uuid[]) as r (collection, type, value, profile_id)
  where space_id = $5 and profile_identifier.collection = r.collection and profile_identifier.type = r.type
  and profile_identifier.value = r.value
