select p.id as profile_id
  from profile p
  where p.space_id = $1 and p.collection = 'users' and p.merged_into is null and (((case when exists (select
  from "membership" m
  where m.space_id = $2 and m.audience_id = $3 and m.profile_id = p.id offset 0) then 'true'::jsonb when exists (select
  from "membership_change" m
  where m.space_id = $4 and m.audience_id = $5 and m.profile_id = p.id offset 0) then 'false'::jsonb end) #>> '{}') = $6::text) is true and p.identifiers ?| $7::text[]
