select p.id as profile_id
  from profile p
  left join (select e.profile_id
  from event e
  where e.space_id = $1 and e.name = $2 and (case when jsonb_typeof(to_jsonb(trim_scale((select sum(decimal_of(("e1"."properties" -> $3::text)))
  from event "e1"
  where "e1"."space_id" = $4 and "e1"."name" = $5 and "e1"."profile_id" = e.profile_id and "e1"."timestamp" > e.timestamp)))) = 'number' and jsonb_typeof((e.properties -> $6::text)) = 'number' then jsonb_cmp(to_jsonb(trim_scale((select sum(decimal_of(("e1"."properties" -> $7::text)))
  from event "e1"
  where "e1"."space_id" = $8 and "e1"."name" = $9 and "e1"."profile_id" = e.profile_id and "e1"."timestamp" > e.timestamp))), (e.properties -> $10::text)) else value_order(to_jsonb(trim_scale((select sum(decimal_of(("e1"."properties" -> $11::text)))
  from event "e1"
  where "e1"."space_id" = $12 and "e1"."name" = $13 and "e1"."profile_id" = e.profile_id and "e1"."timestamp" > e.timestamp))), (e.properties -> $14::text)) end > 0) is true
  group by e.profile_id
  having sum(decimal_of((e.properties -> $15::text))) > $16::bigint) "c" on "c"."profile_id" = p.id
  where p.space_id = $17 and p.collection = 'users' and p.merged_into is null and "c"."profile_id" is not null and p.identifiers ?| $18::text[]
