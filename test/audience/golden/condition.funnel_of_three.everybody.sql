select p.id as profile_id
  from profile p
  where p.space_id = $1 and p.collection = 'users' and p.merged_into is null and p.identifiers ?| $2::text[] and exists (select
  from event e
  where e.space_id = $3 and e.name = $4 and exists (select
  from event "e1"
  where "e1"."space_id" = $5 and "e1"."name" = $6 and ((same_value(("e1"."properties" -> $7::text), (e.properties -> $8::text))) is true and ((select count(*)
  from event "e2"
  where "e2"."space_id" = $9 and "e2"."name" = $10 and "e2"."profile_id" = "e1"."profile_id" and "e2"."timestamp" > "e1"."timestamp") >= $11::bigint) is true) and "e1"."profile_id" = e.profile_id and "e1"."timestamp" > e.timestamp) and e.profile_id = p.id)
