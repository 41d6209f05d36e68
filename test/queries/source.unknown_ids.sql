select u.id from unnest($1::text[]) as u (id)
  where not exists (select from source s where s.space_id = $2 and s.id = u.id)
