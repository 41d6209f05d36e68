select p.id as profile_id
  from profile p
  where p.space_id = $1 and p.collection = 'users' and p.merged_into is null
  and p.id in (select d.profile_id
  from due_profile d
  where d.space_id = $2 and d.batch = any($3::text[])) and (not (((select count(*)
  from event e
  where e.space_id = $4 and e.name = $5 and e.profile_id = p.id) >= $6::bigint) is true) or (((select count(*)
  from event e
  where e.space_id = $7 and e.name = $8 and e.profile_id = p.id) >= $9::bigint) is true and exists (select
  from "membership" m
  where m.space_id = $10 and m.audience_id = $11 and m.profile_id = p.id offset 0))) and p.identifiers ?| $12::text[]
