select p.id as profile_id
  from profile p
  where p.space_id = $1 and p.collection = 'users' and p.merged_into is null and ((((p.traits -> $2::text) ->> $3::text) = $4::text or case when ((p.traits -> $5::text) ->> $6::text) collate "C" >= $7 and ((p.traits -> $8::text) ->> $9::text) collate "C" < $10 then instant_of_text(((p.traits -> $11::text) ->> $12::text)) end = $13::timestamptz)) is true and p.identifiers ?| $14::text[]
