select p.id as profile_id
  from profile p
  left join (select e.profile_id
  from event e
  where e.space_id = $1 and e.name = $2 and exists (select
  from event "e1"
  where "e1"."space_id" = $3 and "e1"."name" = $4 and "e1"."profile_id" = e.profile_id and "e1"."timestamp" > e.timestamp and "e1"."timestamp" <= e.timestamp + $5::bigint * interval '1 millisecond' and "e1"."timestamp" >= $6::timestamptz) and e.timestamp >= $7::timestamptz and e.timestamp <= $8::timestamptz
  group by e.profile_id
  having count(*) >= $9::bigint) "c" on "c"."profile_id" = p.id
  where p.space_id = $10 and p.collection = 'users' and p.merged_into is null and p.identifiers ?| $11::text[] and "c"."profile_id" is not null
