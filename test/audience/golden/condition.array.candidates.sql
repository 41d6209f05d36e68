select p.id as profile_id
  from profile p
  where p.space_id = $1 and p.collection = 'users' and p.merged_into is null
  and p.id in (select d.profile_id
  from due_profile d
  where d.space_id = $2 and d.batch = any($3::text[])) and not exists (select
  from jsonb_array_elements(case jsonb_typeof((p.traits -> $4::text)) when 'array' then (p.traits -> $5::text) else '[]' end) as "entry_0"
  where ((strpos(("entry_0" ->> $6::text), $7) > 0)) is true) and p.identifiers ?| $8::text[]
