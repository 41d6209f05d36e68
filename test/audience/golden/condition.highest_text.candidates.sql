select p.id as profile_id
  from profile p
  where p.space_id = $1 and p.collection = 'users' and p.merged_into is null
  and p.id in (select d.profile_id
  from due_profile d
  where d.space_id = $2 and d.batch = any($3::text[])) and (select (case when jsonb_typeof(to_jsonb(g.value)) = 'string' then g.value collate "C" > $4 end) is true
  from (select max(scalar_text((e.properties -> $5::text)) collate "C") as value
  from event e
  where e.space_id = $6 and e.name = $7 and e.profile_id = p.id) g) and p.identifiers ?| $8::text[]
