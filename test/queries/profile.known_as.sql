select p.id, p.identifiers from unnest($1::uuid[]) as c (id)
  join profile p on p.id = c.id where p.space_id = $2
