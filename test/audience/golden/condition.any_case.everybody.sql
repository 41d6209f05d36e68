select p.id as profile_id
  from profile p
  where p.space_id = $1 and p.collection = 'users' and p.merged_into is null and ((without_case((p.traits ->> $2::text)) = $3::text) is true and not ((right(without_case((p.traits ->> $4::text)), length($5::text)) = $6) is true)) and p.identifiers ?| $7::text[]
