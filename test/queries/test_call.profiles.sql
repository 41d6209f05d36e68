select p.id as "profileId",
  coalesce(p.traits ->> 'name', nullif(concat_ws(' ', p.traits ->> 'firstName', p.traits ->> 'lastName'), '')) as name,
  coalesce(p.identifiers -> 'email' ->> 0, p.traits ->> 'email') as email, p.collection, p.traits, p.trait_times as times, p.created_at as "createdAt", p.merged_into as "mergedInto"
  from profile p where p.space_id = $1 and p.id = any($2::uuid[])
