select p.id as profile_id
  from profile p
  where p.space_id = $1 and p.collection = 'users' and p.merged_into is null
  and p.id in (select d.profile_id
  from due_profile d
  where d.space_id = $2 and d.batch = any($3::text[])) and ((select min(decimal_of((e.properties -> $4::text)))
  from event e
  where e.space_id = $5 and e.name = $6 and e.timestamp >= $7::timestamptz and e.timestamp <= $8::timestamptz and e.profile_id = p.id) >= $9::bigint) is true and p.identifiers ?| $10::text[]
