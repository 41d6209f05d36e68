select p.id as profile_id
  from profile p
  where p.space_id = $1 and p.collection = 'users' and p.merged_into is null and not exists (select
  from event e
  where e.space_id = $2 and e.name = $3 and e.timestamp < $4::timestamptz and e.timestamp >= $5::timestamptz and e.profile_id = p.id) and p.identifiers ?| $6::text[]
