select i.value from unnest($1::text[]) as r (value)
  cross join lateral (select value from profile_identifier
  where space_id = $2 and collection = $3 and type = $4 and value = r.value limit 1) as i
