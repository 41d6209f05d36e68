select p.id as profile_id
  from profile p
  where p.space_id = $1 and p.collection = 'users' and p.merged_into is null and p.identifiers ?| $2::text[]
  and p.id in (select d.profile_id
  from due_profile d
  where d.space_id = $3 and d.batch = any($4::text[])) and ((select count(*)
  from event e
  where e.space_id = $5 and e.name = $6 and e.source_id <> all($7::text[]) and e.profile_id = p.id) >= $8::bigint) is true
