select p.id as profile_id
  from profile p
  where p.space_id = $1 and p.collection = 'users' and p.merged_into is null
  and p.id in (select d.profile_id
  from due_profile d
  where d.space_id = $2 and d.batch = any($3::text[])) and (select (case when instant_of_text((g.value #>> '{}')) is not null then instant_of_text((g.value #>> '{}')) < $4::timestamptz
    when jsonb_typeof(g.value) = 'string' then (g.value #>> '{}') collate "C" < $5 end) is true
  from (select (array_agg((e.properties -> $6::text) order by e.timestamp desc, e.message_id collate "C" desc) filter (where jsonb_typeof((e.properties -> $7::text)) in ('string', 'number', 'boolean')))[1] as value
  from event e
  where e.space_id = $8 and e.name = $9 and e.profile_id = p.id) g) and p.identifiers ?| $10::text[]
