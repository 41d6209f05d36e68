select p.id as profile_id
  from profile p
  where p.space_id = $1 and p.collection = 'users' and p.merged_into is null and (((p.traits -> $2::text) ->> $3::text) is not null and (decimal_of(((p.traits -> $4::text) -> $5::text)) = any($6::numeric[])) is not true) is true and p.identifiers ?| $7::text[]
