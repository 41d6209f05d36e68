select p.id as profile_id
  from profile p
  where p.space_id = $1 and p.collection = 'users' and p.merged_into is null and p.identifiers ?| $2::text[]
  and p.id in (select d.profile_id
  from due_profile d
  where d.space_id = $3 and d.batch = any($4::text[])) and (not (((select count(*)
  from event e
  where e.space_id = $5 and e.name = $6 and e.profile_id = p.id) >= $7::bigint) is true) or (((select count(*)
  from event e
  where e.space_id = $8 and e.name = $9 and e.profile_id = p.id) >= $10::bigint) is true and exists (select
  from "membership" m
  where m.space_id = $11 and m.audience_id = $12 and m.profile_id = p.id offset 0)))
