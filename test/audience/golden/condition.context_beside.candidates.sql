select p.id as profile_id
  from profile p
  where p.space_id = $1 and p.collection = 'users' and p.merged_into is null and p.identifiers ?| $2::text[]
  and p.id in (select d.profile_id
  from due_profile d
  where d.space_id = $3 and d.batch = any($4::text[])) and ((select max(decimal_of((e.context -> $5::text)))
  from event e
  where e.space_id = $6 and e.name = $7 and (case when jsonb_typeof((e.properties -> $8::text)) = 'number' and jsonb_typeof((e.context -> $9::text)) = 'number' then jsonb_cmp((e.properties -> $10::text), (e.context -> $11::text)) else value_order((e.properties -> $12::text), (e.context -> $13::text)) end > 0) is true and e.profile_id = p.id) >= $14::bigint) is true
