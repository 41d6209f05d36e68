select p.id as profile_id
  from profile p
  where p.space_id = $1 and p.collection = 'users' and p.merged_into is null and p.identifiers ?| $2::text[]
  and p.id in (select d.profile_id
  from due_profile d
  where d.space_id = $3 and d.batch = any($4::text[])) and ((value_order((p.traits -> $5::text), (p.traits -> $6::text)) <= 0) is true and ((strpos(without_case(text_of((p.traits -> $7::text))), $8) > 0 or strpos(without_case(text_of((p.traits -> $9::text))), without_case(text_of((p.traits -> $10::text)))) > 0)) is true)
