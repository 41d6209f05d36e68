select p.id as profile_id
  from profile p
  where p.space_id = $1 and p.collection = 'users' and p.merged_into is null
  and p.id in (select d.profile_id
  from due_profile d
  where d.space_id = $2 and d.batch = any($3::text[])) and ((select max(decimal_of((e.context -> $4::text)))
  from event e
  where e.space_id = $5 and e.name = $6 and (((e.properties -> $7::text) > (e.context -> $8::text) or jsonb_typeof((e.properties -> $9::text)) = 'string') is true and (case when jsonb_typeof((e.properties -> $10::text)) = 'number' and jsonb_typeof((e.context -> $11::text)) = 'number' then jsonb_cmp((e.properties -> $12::text), (e.context -> $13::text)) else value_order((e.properties -> $14::text), (e.context -> $15::text)) end > 0) is true) and e.profile_id = p.id) >= $16::bigint) is true and p.identifiers ?| $17::text[]
