select p.id as profile_id
  from profile p
  where p.space_id = $1 and p.collection = 'users' and p.merged_into is null and not exists (select
  from jsonb_array_elements(case jsonb_typeof((p.traits -> $2::text)) when 'array' then (p.traits -> $3::text) else '[]' end) as "entry_0"
  where ((strpos(("entry_0" ->> $4::text), $5) > 0)) is true) and p.identifiers ?| $6::text[]
