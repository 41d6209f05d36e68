select p.id as profile_id
  from profile p
  left join (select e.profile_id
  from event e
  where e.space_id = $1 and e.name = $2 and (((e.properties -> $3::text) > (e.context -> $4::text) or jsonb_typeof((e.properties -> $5::text)) = 'string') is true and (case when jsonb_typeof((e.properties -> $6::text)) = 'number' and jsonb_typeof((e.context -> $7::text)) = 'number' then jsonb_cmp((e.properties -> $8::text), (e.context -> $9::text)) else value_order((e.properties -> $10::text), (e.context -> $11::text)) end > 0) is true)
  group by e.profile_id
  having max(decimal_of((e.context -> $12::text))) >= $13::bigint) "c" on "c"."profile_id" = p.id
  where p.space_id = $14 and p.collection = 'users' and p.merged_into is null and "c"."profile_id" is not null and p.identifiers ?| $15::text[]
