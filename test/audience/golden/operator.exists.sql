select p.id as profile_id
  from profile p
  where p.space_id = $1 and p.collection = 'users' and p.merged_into is null and (jsonb_typeof(((p.traits -> $2::text) -> $3::text)) <> 'null') is true and p.identifiers ?| $4::text[]
