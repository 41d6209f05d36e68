select p.id as profile_id
  from profile p
  where p.space_id = $1 and p.collection = 'users' and p.merged_into is null
  and p.id in (select d.profile_id
  from due_profile d
  where d.space_id = $2 and d.batch = any($3::text[])) and ((((p.traits -> $4::text) <= (p.traits -> $5::text) or jsonb_typeof((p.traits -> $6::text)) = 'string') is true and (case when jsonb_typeof((p.traits -> $7::text)) = 'number' and jsonb_typeof((p.traits -> $8::text)) = 'number' then jsonb_cmp((p.traits -> $9::text), (p.traits -> $10::text)) else value_order((p.traits -> $11::text), (p.traits -> $12::text)) end <= 0) is true) and ((strpos(without_case((p.traits ->> $13::text)), $14) > 0 or strpos(without_case(text_of((p.traits -> $15::text))), without_case(text_of((p.traits -> $16::text)))) > 0)) is true) and p.identifiers ?| $17::text[]
