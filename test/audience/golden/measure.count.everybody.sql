select p.id as profile_id
  from profile p
  left join (select e.profile_id
  from event e
  where e.space_id = $1 and e.name = $2 and e.timestamp >= $3::timestamptz and e.timestamp <= $4::timestamptz
  group by e.profile_id
  having count(*) >= $5::bigint) "c" on "c"."profile_id" = p.id
  where p.space_id = $6 and p.collection = 'users' and p.merged_into is null and "c"."profile_id" is not null and p.identifiers ?| $7::text[]
