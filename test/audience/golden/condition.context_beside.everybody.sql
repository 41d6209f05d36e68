select p.id as profile_id
  from profile p
  left join (select e.profile_id
  from event e
  where e.space_id = $1 and e.name = $2 and (case when jsonb_typeof((e.properties -> $3::text)) = 'number' and jsonb_typeof((e.context -> $4::text)) = 'number' then jsonb_cmp((e.properties -> $5::text), (e.context -> $6::text)) else value_order((e.properties -> $7::text), (e.context -> $8::text)) end > 0) is true
  group by e.profile_id
  having max(decimal_of((e.context -> $9::text))) >= $10::bigint) "c" on "c"."profile_id" = p.id
  where p.space_id = $11 and p.collection = 'users' and p.merged_into is null and "c"."profile_id" is not null and p.identifiers ?| $12::text[]
