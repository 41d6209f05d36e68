select p.id as profile_id
  from profile p
  where p.space_id = $1 and p.collection = 'users' and p.merged_into is null
  and p.id in (select d.profile_id
  from due_profile d
  where d.space_id = $2 and d.batch = any($3::text[])) and exists (select
  from jsonb_array_elements(case jsonb_typeof((p.traits -> $4::text)) when 'array' then (p.traits -> $5::text) else '[]' end) as "element_0_0"
  where ((decimal_of(("element_0_0" -> $6::text)) = $7::numeric) is true and exists (select
  from jsonb_array_elements(case jsonb_typeof(("element_0_0" -> $8::text)) when 'array' then ("element_0_0" -> $9::text) else '[]' end) as "element_1_0"
  where (("element_1_0" #>> '{}') = $10::text) is true))) and p.identifiers ?| $11::text[]
