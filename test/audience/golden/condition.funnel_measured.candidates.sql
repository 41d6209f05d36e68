select p.id as profile_id
  from profile p
  where p.space_id = $1 and p.collection = 'users' and p.merged_into is null
  and p.id in (select d.profile_id
  from due_profile d
  where d.space_id = $2 and d.batch = any($3::text[])) and ((select sum(decimal_of((e.properties -> $4::text)))
  from event e
  where e.space_id = $5 and e.name = $6 and (case when jsonb_typeof(to_jsonb(trim_scale((select sum(decimal_of(("e1"."properties" -> $7::text)))
  from event "e1"
  where "e1"."space_id" = $8 and "e1"."name" = $9 and "e1"."profile_id" = e.profile_id and "e1"."timestamp" > e.timestamp)))) = 'number' and jsonb_typeof((e.properties -> $10::text)) = 'number' then jsonb_cmp(to_jsonb(trim_scale((select sum(decimal_of(("e1"."properties" -> $11::text)))
  from event "e1"
  where "e1"."space_id" = $12 and "e1"."name" = $13 and "e1"."profile_id" = e.profile_id and "e1"."timestamp" > e.timestamp))), (e.properties -> $14::text)) else value_order(to_jsonb(trim_scale((select sum(decimal_of(("e1"."properties" -> $15::text)))
  from event "e1"
  where "e1"."space_id" = $16 and "e1"."name" = $17 and "e1"."profile_id" = e.profile_id and "e1"."timestamp" > e.timestamp))), (e.properties -> $18::text)) end > 0) is true and e.profile_id = p.id) > $19::bigint) is true and p.identifiers ?| $20::text[]
