select p.id as profile_id
  from profile p
  where p.space_id = $1 and p.collection = 'users' and p.merged_into is null and p.identifiers ?| $2::text[] and ((((p.traits -> $3::text) -> $4::text) = any($5::jsonb[]) or decimal_of(((p.traits -> $6::text) -> $7::text)) = $8::numeric)) is true
