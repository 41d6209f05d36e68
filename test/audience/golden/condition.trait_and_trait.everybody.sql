select p.id as profile_id
  from profile p
  where p.space_id = $1 and p.collection = 'users' and p.merged_into is null and p.identifiers ?| $2::text[] and ((value_order((p.traits -> $3::text), (p.traits -> $4::text)) <= 0) is true and ((strpos(without_case(text_of((p.traits -> $5::text))), $6) > 0 or strpos(without_case(text_of((p.traits -> $7::text))), without_case(text_of((p.traits -> $8::text)))) > 0)) is true)
