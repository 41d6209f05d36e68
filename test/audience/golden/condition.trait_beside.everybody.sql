select p.id as profile_id
  from profile p
  left join (select e.profile_id
  from event e join profile o on o.space_id = $1 and o.id = e.profile_id
  where e.space_id = $2 and e.name = $3 and ((case when jsonb_typeof((e.properties -> $4::text)) = 'number' and jsonb_typeof((select c.value
  from computed_value c
  where c.space_id = $5 and c.computed_trait_id = $6 and c.profile_id = o.id)) = 'number' then jsonb_cmp((e.properties -> $7::text), (select c.value
  from computed_value c
  where c.space_id = $8 and c.computed_trait_id = $9 and c.profile_id = o.id)) else value_order((e.properties -> $10::text), (select c.value
  from computed_value c
  where c.space_id = $11 and c.computed_trait_id = $12 and c.profile_id = o.id)) end >= 0) is true and (((case when exists (select
  from "membership" m
  where m.space_id = $13 and m.audience_id = $14 and m.profile_id = o.id offset 0) then 'true'::jsonb when exists (select
  from "membership_change" m
  where m.space_id = $15 and m.audience_id = $16 and m.profile_id = o.id offset 0) then 'false'::jsonb end) #>> '{}') = $17::text) is true)
  group by e.profile_id
  having count(*) >= $18::bigint) "c" on "c"."profile_id" = p.id
  where p.space_id = $19 and p.collection = 'users' and p.merged_into is null and "c"."profile_id" is not null and p.identifiers ?| $20::text[]
