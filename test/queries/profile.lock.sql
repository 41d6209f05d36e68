select p.* from unnest($1::uuid[]) as r (id)
  cross join lateral (select * from profile where space_id = $2 and id = r.id limit 1 for no key update) as p
