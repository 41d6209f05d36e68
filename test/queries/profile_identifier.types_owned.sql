select r.type from unnest($1::text[]) as r (type)
  cross join lateral (select 1 from profile_identifier
  where space_id = $2 and collection = 'users' and type = r.type limit 1) as i
