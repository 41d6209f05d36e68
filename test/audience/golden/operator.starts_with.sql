select p.id as profile_id
  from profile p
  where p.space_id = $1 and p.collection = 'users' and p.merged_into is null and p.identifiers ?| $2::text[] and (starts_with(text_of(((p.traits -> $3::text) -> $4::text)), $5)) is true
