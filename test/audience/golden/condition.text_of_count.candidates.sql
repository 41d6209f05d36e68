select p.id as profile_id
  from profile p
  where p.space_id = $1 and p.collection = 'users' and p.merged_into is null
  and p.id in (select d.profile_id
  from due_profile d
  where d.space_id = $2 and d.batch = any($3::text[])) and ((strpos((to_jsonb(trim_scale((select count(*)
  from event e
  where e.space_id = $4 and e.name = $5 and e.profile_id = p.id))) #>> '{}'), $6) > 0)) is true and p.identifiers ?| $7::text[]
