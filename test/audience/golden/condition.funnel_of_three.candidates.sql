select p.id as profile_id
  from profile p
  where p.space_id = $1 and p.collection = 'users' and p.merged_into is null
  and p.id in (select d.profile_id
  from due_profile d
  where d.space_id = $2 and d.batch = any($3::text[])) and ((select count(*)
  from event e
  where e.space_id = $4 and e.name = $5 and exists (select
  from event "e1"
  where "e1"."space_id" = $6 and "e1"."name" = $7 and (((("e1"."properties" -> $8::text) = (e.properties -> $9::text) or ("e1"."properties" ->> $10::text) collate "C" < ':' or ("e1"."properties" ->> $11::text) in ('true', 'false')) is true and (same_value(("e1"."properties" -> $12::text), (e.properties -> $13::text))) is true) and ((select count(*)
  from event "e2"
  where "e2"."space_id" = $14 and "e2"."name" = $15 and "e2"."profile_id" = "e1"."profile_id" and "e2"."timestamp" > "e1"."timestamp") >= $16::bigint) is true) and "e1"."profile_id" = e.profile_id and "e1"."timestamp" > e.timestamp offset 0) and e.profile_id = p.id) >= $17::bigint) is true and p.identifiers ?| $18::text[]
