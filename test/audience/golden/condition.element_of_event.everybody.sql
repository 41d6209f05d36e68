select p.id as profile_id
  from profile p
  where p.space_id = $1 and p.collection = 'users' and p.merged_into is null and exists (select
  from event e
  where e.space_id = $2 and e.name = $3 and exists (select
  from jsonb_array_elements(case jsonb_typeof((e.properties -> $4::text)) when 'array' then (e.properties -> $5::text) else '[]' end) as "element_0_0"
  where ((("element_0_0" -> $6::text) > (p.traits -> $7::text) or jsonb_typeof(("element_0_0" -> $8::text)) = 'string') is true and (case when jsonb_typeof(("element_0_0" -> $9::text)) = 'number' and jsonb_typeof((p.traits -> $10::text)) = 'number' then jsonb_cmp(("element_0_0" -> $11::text), (p.traits -> $12::text)) else value_order(("element_0_0" -> $13::text), (p.traits -> $14::text)) end > 0) is true)) and e.profile_id = p.id) and p.identifiers ?| $15::text[]
