select p.id as profile_id
  from profile p
  where p.space_id = $1 and p.collection = 'users' and p.merged_into is null and exists (select
  from event e
  where e.space_id = $2 and e.name = $3 and exists (select
  from jsonb_array_elements(case jsonb_typeof((e.properties -> $4::text)) when 'array' then (e.properties -> $5::text) else '[]' end) as "element_0_0"
  where (case when jsonb_typeof(("element_0_0" -> $6::text)) = 'number' and jsonb_typeof((p.traits -> $7::text)) = 'number' then jsonb_cmp(("element_0_0" -> $8::text), (p.traits -> $9::text)) else value_order(("element_0_0" -> $10::text), (p.traits -> $11::text)) end > 0) is true) and e.profile_id = p.id) and p.identifiers ?| $12::text[]
