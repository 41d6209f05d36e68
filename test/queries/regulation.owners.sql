select r.type, r.value, i.profile_id from unnest($1::text[], $2::text[]) as r (type, value)
  cross join lateral (select profile_id from profile_identifier
  where space_id = $3 and collection = 'users' and type = r.type and value = r.value limit 1) as i
