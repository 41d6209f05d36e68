select p.id as profile_id
  from profile p
  where p.space_id = $1 and p.collection = 'users' and p.merged_into is null and (starts_with(((p.traits -> $2::text) ->> $3::text), $4)) is true and p.identifiers ?| $5::text[]
