select u.name from unnest($1::text[]) as u (name)
  where not exists (select from event e where e.space_id = $2 and e.name = u.name)
