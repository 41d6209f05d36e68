select p.id as profile_id
  from profile p
  where p.space_id = $1 and p.collection = 'users' and p.merged_into is null
  and p.id in (select d.profile_id
  from due_profile d
  where d.space_id = $2 and d.batch = any($3::text[])) and ((select max(decimal_of((e.context -> $4::text)))
  from event e
  where e.space_id = $5 and e.name = $6 and (case when jsonb_typeof((e.properties -> $7::text)) = 'number' and jsonb_typeof((e.context -> $8::text)) = 'number' then jsonb_cmp((e.properties -> $9::text), (e.context -> $10::text)) else value_order((e.properties -> $11::text), (e.context -> $12::text)) end > 0) is true and e.profile_id = p.id) >= $13::bigint) is true and p.identifiers ?| $14::text[]
