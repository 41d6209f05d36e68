select p.id as profile_id
  from profile p
  where p.space_id = $1 and p.collection = 'users' and p.merged_into is null and p.identifiers ?| $2::text[]
  and p.id in (select d.profile_id
  from due_profile d
  where d.space_id = $3 and d.batch = any($4::text[])) and ((case when jsonb_typeof((p.traits -> $5::text)) = 'number' and jsonb_typeof((p.traits -> $6::text)) = 'number' then jsonb_cmp((p.traits -> $7::text), (p.traits -> $8::text)) else value_order((p.traits -> $9::text), (p.traits -> $10::text)) end <= 0) is true and ((strpos(without_case(text_of((p.traits -> $11::text))), $12) > 0 or strpos(without_case(text_of((p.traits -> $13::text))), without_case(text_of((p.traits -> $14::text)))) > 0)) is true)
