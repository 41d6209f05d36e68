select distinct profile_id from profile_identifier where space_id = $1 and collection = 'users'
  and type in ('user_id', 'anonymous_id', 'email')
  and value in (select r.value from unnest($2::text[]) as r (value))
