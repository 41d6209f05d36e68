select p.id as profile_id
  from profile p
  where p.space_id = $1 and p.collection = 'users' and p.merged_into is null and p.identifiers ?| $2::text[]
  and p.id in (select d.profile_id
  from due_profile d
  where d.space_id = $3 and d.batch = any($4::text[])) and (case when jsonb_typeof(to_jsonb(trim_scale((select count(*)
  from event e
  where e.space_id = $5 and e.name = $6 and e.profile_id = p.id)))) = 'number' and jsonb_typeof((p.traits -> $7::text)) = 'number' then jsonb_cmp(to_jsonb(trim_scale((select count(*)
  from event e
  where e.space_id = $8 and e.name = $9 and e.profile_id = p.id))), (p.traits -> $10::text)) else value_order(to_jsonb(trim_scale((select count(*)
  from event e
  where e.space_id = $11 and e.name = $12 and e.profile_id = p.id))), (p.traits -> $13::text)) end > 0) is true
