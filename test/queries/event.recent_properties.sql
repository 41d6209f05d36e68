select n.name, e.properties from unnest($1::text[]) as n (name)
  cross join lateral (
  select properties from event where space_id = $2 and name = n.name order by timestamp desc limit $3) as e
