select p.id as profile_id
  from profile p
  where p.space_id = $1 and p.collection = 'users' and p.merged_into is null
  and p.id in (select d.profile_id
  from due_profile d
  where d.space_id = $2 and d.batch = any($3::text[])) and (((select count(*)
  from event e
  where e.space_id = $4 and e.name = $5 and e.profile_id = p.id) >= $6::bigint) is true and ((((select count(*)
  from event e
  where e.space_id = $7 and e.name = $8 and e.profile_id = p.id) = $9::bigint)) is true and ((select count(*)
  from event e
  where e.space_id = $10 and e.name = $11 and e.profile_id = p.id) >= $12::bigint) is true)) and p.identifiers ?| $13::text[]
