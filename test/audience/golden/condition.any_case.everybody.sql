select p.id as profile_id
  from profile p
  where p.space_id = $1 and p.collection = 'users' and p.merged_into is null and p.identifiers ?| $2::text[] and ((folded((p.traits -> $3::text)) = $4::jsonb) is true and not ((right(without_case(text_of((p.traits -> $5::text))), length($6::text)) = $7) is true))
