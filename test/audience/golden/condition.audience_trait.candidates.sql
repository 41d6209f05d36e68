select p.id as profile_id
  from profile p
  where p.space_id = $1 and p.collection = 'users' and p.merged_into is null
  and p.id in (select d.profile_id
  from due_profile d
  where d.space_id = $2 and d.batch = any($3::text[])) and (((case when exists (select
  from "membership" m
  where m.space_id = $4 and m.audience_id = $5 and m.profile_id = p.id offset 0) then 'true'::jsonb when exists (select
  from "membership_change" m
  where m.space_id = $6 and m.audience_id = $7 and m.profile_id = p.id offset 0) then 'false'::jsonb end) #>> '{}') = $8::text) is true and p.identifiers ?| $9::text[]
