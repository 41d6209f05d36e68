select p.id as profile_id
  from profile p
  where p.space_id = $1 and p.collection = 'users' and p.merged_into is null and ((((p.traits -> $2::text) ->> $3::text) collate "C" >= $4) is true and (((p.traits -> $5::text) ->> $6::text) collate "C" < $7) is true and (instant_of_text(((p.traits -> $8::text) ->> $9::text)) between $10::timestamptz and $11::timestamptz) is true) and p.identifiers ?| $12::text[]
