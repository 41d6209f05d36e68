select p.id as profile_id
  from profile p
  where p.space_id = $1 and p.collection = 'users' and p.merged_into is null and ((((p.traits -> $2::text) ->> $3::text) collate "C" >= $4) is true and (instant_of_text(((p.traits -> $5::text) ->> $6::text)) > $7::timestamptz) is true) and p.identifiers ?| $8::text[]
