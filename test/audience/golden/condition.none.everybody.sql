select p.id as profile_id
  from profile p
  where p.space_id = $1 and p.collection = 'users' and p.merged_into is null and p.identifiers ?| $2::text[] and not exists (select
  from event e
  where e.space_id = $3 and e.name = $4 and e.timestamp < $5::timestamptz and e.timestamp >= $6::timestamptz and e.profile_id = p.id)
