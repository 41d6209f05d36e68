select p.id as profile_id
  from profile p
  where p.space_id = $1 and p.collection = 'users' and p.merged_into is null
  and p.id in (select d.profile_id
  from due_profile d
  where d.space_id = $2 and d.batch = any($3::text[])) and ((select count(*)
  from event e
  where e.space_id = $4 and e.name = $5 and exists (select
  from jsonb_array_elements(case jsonb_typeof((e.properties -> $6::text)) when 'array' then (e.properties -> $7::text) else '[]' end) as "element_0_0"
  where ((("element_0_0" -> $8::text) > (p.traits -> $9::text) or jsonb_typeof(("element_0_0" -> $10::text)) = 'string') is true and (case when jsonb_typeof(("element_0_0" -> $11::text)) = 'number' and jsonb_typeof((p.traits -> $12::text)) = 'number' then jsonb_cmp(("element_0_0" -> $13::text), (p.traits -> $14::text)) else value_order(("element_0_0" -> $15::text), (p.traits -> $16::text)) end > 0) is true)) and e.profile_id = p.id) >= $17::bigint) is true and p.identifiers ?| $18::text[]
