select p.id as profile_id
  from profile p
  left join (select e.profile_id, count(*) as number
  from event e
  where e.space_id = $1 and e.name = $2
  group by e.profile_id) "c" on "c"."profile_id" = p.id
  where p.space_id = $3 and p.collection = 'users' and p.merged_into is null and (case when jsonb_typeof(to_jsonb(trim_scale(coalesce("c"."number", 0)))) = 'number' and jsonb_typeof((p.traits -> $4::text)) = 'number' then jsonb_cmp(to_jsonb(trim_scale(coalesce("c"."number", 0))), (p.traits -> $5::text)) else value_order(to_jsonb(trim_scale(coalesce("c"."number", 0))), (p.traits -> $6::text)) end > 0) is true and p.identifiers ?| $7::text[]
