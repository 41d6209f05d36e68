select p.id as profile_id
  from profile p
  where p.space_id = $1 and p.collection = 'users' and p.merged_into is null and exists (select
  from event e
  where e.space_id = $2 and e.name = $3 and exists (select
  from event "e1"
  where "e1"."space_id" = $4 and "e1"."name" = $5 and (((("e1"."properties" -> $6::text) = (e.properties -> $7::text) or ("e1"."properties" ->> $8::text) collate "C" < ':' or ("e1"."properties" ->> $9::text) in ('true', 'false')) is true and (same_value(("e1"."properties" -> $10::text), (e.properties -> $11::text))) is true) and ((select count(*)
  from event "e2"
  where "e2"."space_id" = $12 and "e2"."name" = $13 and "e2"."profile_id" = "e1"."profile_id" and "e2"."timestamp" > "e1"."timestamp") >= $14::bigint) is true) and "e1"."profile_id" = e.profile_id and "e1"."timestamp" > e.timestamp) and e.profile_id = p.id) and p.identifiers ?| $15::text[]
