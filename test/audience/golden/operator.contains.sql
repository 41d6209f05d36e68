select p.id as profile_id
  from profile p
  where p.space_id = $1 and p.collection = 'users' and p.merged_into is null and ((strpos(((p.traits -> $2::text) ->> $3::text), $4) > 0 or strpos(((p.traits -> $5::text) ->> $6::text), $7) > 0)) is true and p.identifiers ?| $8::text[]
