select p.id as profile_id
  from profile p
  where p.space_id = $1 and p.collection = 'users' and p.merged_into is null and p.identifiers ?| $2::text[]
  and p.id in (select d.profile_id
  from due_profile d
  where d.space_id = $3 and d.batch = any($4::text[])) and ((select sum(decimal_of((e.properties -> $5::text)))
  from event e
  where e.space_id = $6 and e.name = $7 and (value_order(to_jsonb(trim_scale((select sum(decimal_of(("e1"."properties" -> $8::text)))
  from event "e1"
  where "e1"."space_id" = $9 and "e1"."name" = $10 and "e1"."profile_id" = e.profile_id and "e1"."timestamp" > e.timestamp))), (e.properties -> $11::text)) > 0) is true and e.profile_id = p.id) > $12::bigint) is true
