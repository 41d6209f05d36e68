select p.id as profile_id
  from profile p
  where p.space_id = $1 and p.collection = 'users' and p.merged_into is null
  and p.id in (select d.profile_id
  from due_profile d
  where d.space_id = $2 and d.batch = any($3::text[])) and ((select count(*)
  from event e
  where e.space_id = $4 and e.name = $5 and e.source_id <> all($6::text[]) and e.profile_id = p.id) >= $7::bigint) is true and p.identifiers ?| $8::text[]
