select u.name from unnest($1::text[]) as u (name)
  where not exists (select from profile p where p.space_id = $2 and p.traits ? u.name)
