select p.id as profile_id
  from profile p
  where p.space_id = $1 and p.collection = 'users' and p.merged_into is null and p.identifiers ?| $2::text[] and exists (select
  from event e
  where e.space_id = $3 and e.name = $4 and exists (select
  from jsonb_array_elements(case jsonb_typeof((e.properties -> $5::text)) when 'array' then (e.properties -> $6::text) else '[]' end) as "element_0_0"
  where (case when jsonb_typeof(("element_0_0" -> $7::text)) = 'number' and jsonb_typeof((p.traits -> $8::text)) = 'number' then jsonb_cmp(("element_0_0" -> $9::text), (p.traits -> $10::text)) else value_order(("element_0_0" -> $11::text), (p.traits -> $12::text)) end > 0) is true) and e.profile_id = p.id)
