select p.id as profile_id
  from profile p
  where p.space_id = $1 and p.collection = 'users' and p.merged_into is null and p.identifiers ?| $2::text[]
  and p.id in (select d.profile_id
  from due_profile d
  where d.space_id = $3 and d.batch = any($4::text[])) and not exists (select
  from jsonb_array_elements(case jsonb_typeof((p.traits -> $5::text)) when 'array' then (p.traits -> $6::text) else '[]' end) as "entry_0"
  where ((strpos(text_of(("entry_0" -> $7::text)), $8) > 0)) is true)
