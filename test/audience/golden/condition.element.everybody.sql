select p.id as profile_id
  from profile p
  where p.space_id = $1 and p.collection = 'users' and p.merged_into is null and exists (select
  from jsonb_array_elements(case jsonb_typeof((p.traits -> $2::text)) when 'array' then (p.traits -> $3::text) else '[]' end) as "element_0_0"
  where ((decimal_of(("element_0_0" -> $4::text)) = $5::numeric) is true and exists (select
  from jsonb_array_elements(case jsonb_typeof(("element_0_0" -> $6::text)) when 'array' then ("element_0_0" -> $7::text) else '[]' end) as "element_1_0"
  where (("element_1_0" #>> '{}') = $8::text) is true))) and p.identifiers ?| $9::text[]
