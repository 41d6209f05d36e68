select p.id as profile_id
  from profile p
  where p.space_id = $1 and p.collection = 'users' and p.merged_into is null and p.identifiers ?| $2::text[] and exists (select
  from event e
  where e.space_id = $3 and e.name = $4 and e.timestamp < $5::timestamptz and not exists (select
  from event "e1"
  where "e1"."space_id" = $6 and "e1"."name" = $7 and "e1"."profile_id" = e.profile_id and "e1"."timestamp" > e.timestamp and "e1"."timestamp" <= e.timestamp + $8::bigint * interval '1 millisecond') and e.profile_id = p.id)
