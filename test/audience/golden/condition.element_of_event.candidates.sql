select p.id as profile_id
  from profile p
  where p.space_id = $1 and p.collection = 'users' and p.merged_into is null and p.identifiers ?| $2::text[]
  and p.id in (select d.profile_id
  from due_profile d
  where d.space_id = $3 and d.batch = any($4::text[])) and ((select count(*)
  from event e
  where e.space_id = $5 and e.name = $6 and exists (select
  from jsonb_array_elements(case jsonb_typeof((e.properties -> $7::text)) when 'array' then (e.properties -> $8::text) else '[]' end) as "element_0_0"
  where (case when jsonb_typeof(("element_0_0" -> $9::text)) = 'number' and jsonb_typeof((p.traits -> $10::text)) = 'number' then jsonb_cmp(("element_0_0" -> $11::text), (p.traits -> $12::text)) else value_order(("element_0_0" -> $13::text), (p.traits -> $14::text)) end > 0) is true) and e.profile_id = p.id) >= $15::bigint) is true
