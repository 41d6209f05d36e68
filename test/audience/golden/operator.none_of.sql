select p.id as profile_id
  from profile p
  where p.space_id = $1 and p.collection = 'users' and p.merged_into is null and p.identifiers ?| $2::text[] and (jsonb_typeof(((p.traits -> $3::text) -> $4::text)) <> 'null' and (decimal_of(((p.traits -> $5::text) -> $6::text)) = any($7::numeric[])) is not true) is true
