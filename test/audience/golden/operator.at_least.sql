select p.id as profile_id
  from profile p
  where p.space_id = $1 and p.collection = 'users' and p.merged_into is null and (false) is true and p.identifiers ?| $2::text[]
