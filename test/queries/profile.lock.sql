select p.id, p.collection, p.traits::text as traits, p.trait_times::text as trait_times, p.identifiers, p.merged_into,
  p.merge_count, p.created_at, p.updated_at, p.last_seen_at
  from unnest($1::uuid[]) as r (id)
  cross join lateral (select * from profile where space_id = $2 and id = r.id limit 1 for no key update) as p
