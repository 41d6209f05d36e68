select r.place, i.profile_id
  from unnest($1::text[], $2::text[], $3::text[])
  with ordinality as r (collection, type, value, place)
  cross join lateral (
  select profile_id from profile_identifier
  where space_id = $4 and collection = r.collection and type = r.type and value = r.value limit 1) as i
