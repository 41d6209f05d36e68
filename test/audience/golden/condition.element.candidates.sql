select p.id as profile_id
  from profile p
  where p.space_id = $1 and p.collection = 'users' and p.merged_into is null and p.identifiers ?| $2::text[]
  and p.id in (select d.profile_id
  from due_profile d
  where d.space_id = $3 and d.batch = any($4::text[])) and exists (select
  from jsonb_array_elements(case jsonb_typeof((p.traits -> $5::text)) when 'array' then (p.traits -> $6::text) else '[]' end) as "element_0_0"
  where ((decimal_of(("element_0_0" -> $7::text)) = $8::numeric) is true and exists (select
  from jsonb_array_elements(case jsonb_typeof(("element_0_0" -> $9::text)) when 'array' then ("element_0_0" -> $10::text) else '[]' end) as "element_1_0"
  where ("element_1_0" = $11::jsonb) is true)))
