select p.id as profile_id
  from profile p
  where p.space_id = $1 and p.collection = 'users' and p.merged_into is null and p.identifiers ?| $2::text[]
  and p.id in (select d.profile_id
  from due_profile d
  where d.space_id = $3 and d.batch = any($4::text[])) and (select (case when jsonb_typeof(g.value) = 'string' then (g.value #>> '{}') collate "C" > $5 end) is true
  from (select to_jsonb(max(scalar_text((e.properties -> $6::text)) collate "C")) as value
  from event e
  where e.space_id = $7 and e.name = $8 and e.profile_id = p.id) g)
