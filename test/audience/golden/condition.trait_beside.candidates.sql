select p.id as profile_id
  from profile p
  where p.space_id = $1 and p.collection = 'users' and p.merged_into is null
  and p.id in (select d.profile_id
  from due_profile d
  where d.space_id = $2 and d.batch = any($3::text[])) and ((select count(*)
  from event e
  where e.space_id = $4 and e.name = $5 and ((case when jsonb_typeof((e.properties -> $6::text)) = 'number' and jsonb_typeof((select c.value
  from computed_value c
  where c.space_id = $7 and c.computed_trait_id = $8 and c.profile_id = p.id)) = 'number' then jsonb_cmp((e.properties -> $9::text), (select c.value
  from computed_value c
  where c.space_id = $10 and c.computed_trait_id = $11 and c.profile_id = p.id)) else value_order((e.properties -> $12::text), (select c.value
  from computed_value c
  where c.space_id = $13 and c.computed_trait_id = $14 and c.profile_id = p.id)) end >= 0) is true and (((case when exists (select
  from "membership" m
  where m.space_id = $15 and m.audience_id = $16 and m.profile_id = p.id offset 0) then 'true'::jsonb when exists (select
  from "membership_change" m
  where m.space_id = $17 and m.audience_id = $18 and m.profile_id = p.id offset 0) then 'false'::jsonb end) #>> '{}') = $19::text) is true) and e.profile_id = p.id) >= $20::bigint) is true and p.identifiers ?| $21::text[]
