select p.id as profile_id
  from profile p
  where p.space_id = $1 and p.collection = 'users' and p.merged_into is null
  and p.id in (select d.profile_id
  from due_profile d
  where d.space_id = $2 and d.batch = any($3::text[])) and ((without_case((p.traits ->> $4::text)) = $5::text) is true and not ((right(without_case((p.traits ->> $6::text)), length($7::text)) = $8) is true)) and p.identifiers ?| $9::text[]
