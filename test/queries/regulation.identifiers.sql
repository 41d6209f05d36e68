select p.id, p.identifiers from unnest($1::uuid[]) as r (id)
  cross join lateral (select id, identifiers from profile where space_id = $2 and id = r.id limit 1) as p
