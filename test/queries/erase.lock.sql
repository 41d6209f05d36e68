select p.id, p.merged_into, p.identifiers from unnest($1::uuid[]) as r (id)
  cross join lateral (select id, merged_into, identifiers from profile where space_id = $2 and id = r.id limit 1 for update) as p
