select p.id as profile_id
  from profile p
  where p.space_id = $1 and p.collection = 'users' and p.merged_into is null
  and p.id in (select d.profile_id
  from due_profile d
  where d.space_id = $2 and d.batch = any($3::text[])) and ((select count(*)
  from event e
  where e.space_id = $4 and e.name = $5 and e.timestamp < $6::timestamptz and not exists (select
  from event "e1"
  where "e1"."space_id" = $7 and "e1"."name" = $8 and "e1"."profile_id" = e.profile_id and "e1"."timestamp" > e.timestamp and "e1"."timestamp" <= e.timestamp + $9::bigint * interval '1 millisecond' offset 0) and e.profile_id = p.id) >= $10::bigint) is true and p.identifiers ?| $11::text[]
