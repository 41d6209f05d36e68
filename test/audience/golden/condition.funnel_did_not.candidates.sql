select p.id as profile_id
  from profile p
  where p.space_id = $1 and p.collection = 'users' and p.merged_into is null and p.identifiers ?| $2::text[]
  and p.id in (select d.profile_id
  from due_profile d
  where d.space_id = $3 and d.batch = any($4::text[])) and ((select count(*)
  from event e
  where e.space_id = $5 and e.name = $6 and e.timestamp < $7::timestamptz and not exists (select
  from event "e1"
  where "e1"."space_id" = $8 and "e1"."name" = $9 and "e1"."profile_id" = e.profile_id and "e1"."timestamp" > e.timestamp and "e1"."timestamp" <= e.timestamp + $10::bigint * interval '1 millisecond' offset 0) and e.profile_id = p.id) >= $11::bigint) is true
