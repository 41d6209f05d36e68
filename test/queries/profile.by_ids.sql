select p.id, p.traits, p.identifiers, p.created_at, p.last_seen_at from unnest($1::uuid[]) as r (id)
  cross join lateral (select * from profile where space_id = $2 and id = r.id limit 1) as p
