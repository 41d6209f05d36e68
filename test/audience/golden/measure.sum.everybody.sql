select p.id as profile_id
  from profile p
  left join (select e.profile_id
  from event e
  where e.space_id = $1 and e.name = $2 and e.timestamp >= $3::timestamptz and e.timestamp <= $4::timestamptz
  group by e.profile_id
  having sum(decimal_of((e.properties -> $5::text))) >= $6::bigint) "c" on "c"."profile_id" = p.id
  where p.space_id = $7 and p.collection = 'users' and p.merged_into is null and "c"."profile_id" is not null and p.identifiers ?| $8::text[]
