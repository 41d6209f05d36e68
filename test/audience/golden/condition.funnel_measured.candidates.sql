select p.id as profile_id
  from profile p
  where p.space_id = $1 and p.collection = 'users' and p.merged_into is null and p.identifiers ?| $2::text[]
  and p.id in (select d.profile_id
  from due_profile d
  where d.space_id = $3 and d.batch = any($4::text[])) and ((select sum(decimal_of((e.properties -> $5::text)))
  from event e
  where e.space_id = $6 and e.name = $7 and (case when jsonb_typeof(to_jsonb(trim_scale((select sum(decimal_of(("e1"."properties" -> $8::text)))
  from event "e1"
  where "e1"."space_id" = $9 and "e1"."name" = $10 and "e1"."profile_id" = e.profile_id and "e1"."timestamp" > e.timestamp)))) = 'number' and jsonb_typeof((e.properties -> $11::text)) = 'number' then jsonb_cmp(to_jsonb(trim_scale((select sum(decimal_of(("e1"."properties" -> $12::text)))
  from event "e1"
  where "e1"."space_id" = $13 and "e1"."name" = $14 and "e1"."profile_id" = e.profile_id and "e1"."timestamp" > e.timestamp))), (e.properties -> $15::text)) else value_order(to_jsonb(trim_scale((select sum(decimal_of(("e1"."properties" -> $16::text)))
  from event "e1"
  where "e1"."space_id" = $17 and "e1"."name" = $18 and "e1"."profile_id" = e.profile_id and "e1"."timestamp" > e.timestamp))), (e.properties -> $19::text)) end > 0) is true and e.profile_id = p.id) > $20::bigint) is true
