select p.id as profile_id
  from profile p
  where p.space_id = $1 and p.collection = 'users' and p.merged_into is null and (right(((p.traits -> $2::text) ->> $3::text), length($4::text)) = $5) is true and p.identifiers ?| $6::text[]
