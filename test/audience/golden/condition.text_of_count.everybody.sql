select p.id as profile_id
  from profile p
  left join (select e.profile_id, count(*) as number
  from event e
  where e.space_id = $1 and e.name = $2
  group by e.profile_id) "c" on "c"."profile_id" = p.id
  where p.space_id = $3 and p.collection = 'users' and p.merged_into is null and ((strpos((to_jsonb(trim_scale(coalesce("c"."number", 0))) #>> '{}'), $4) > 0)) is true and p.identifiers ?| $5::text[]
