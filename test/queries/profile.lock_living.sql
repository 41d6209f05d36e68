select p.id from unnest($1::uuid[]) as r (id)
  cross join lateral (select id from profile where space_id = $2 and id = r.id limit 1 for key share) as p
