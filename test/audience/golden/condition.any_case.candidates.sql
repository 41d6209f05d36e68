select p.id as profile_id
  from profile p
  where p.space_id = $1 and p.collection = 'users' and p.merged_into is null and p.identifiers ?| $2::text[]
  and p.id in (select d.profile_id
  from due_profile d
  where d.space_id = $3 and d.batch = any($4::text[])) and ((folded((p.traits -> $5::text)) = $6::jsonb) is true and not ((right(without_case(text_of((p.traits -> $7::text))), length($8::text)) = $9) is true))
