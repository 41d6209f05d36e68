select p.id as profile_id
  from profile p
  where p.space_id = $1 and p.collection = 'users' and p.merged_into is null and (((p.traits -> $2::text) ->> $3::text) is not null) is true and p.identifiers ?| $4::text[]
