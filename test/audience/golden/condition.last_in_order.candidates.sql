select p.id as profile_id
  from profile p
  where p.space_id = $1 and p.collection = 'users' and p.merged_into is null and p.identifiers ?| $2::text[]
  and p.id in (select d.profile_id
  from due_profile d
  where d.space_id = $3 and d.batch = any($4::text[])) and (select (case when instant_of(g.value) is not null then instant_of(g.value) < $5::timestamptz
    when jsonb_typeof(g.value) = 'string' then (g.value #>> '{}') collate "C" < $6 end) is true
  from (select (array_agg((e.properties -> $7::text) order by e.timestamp desc, e.message_id collate "C" desc) filter (where scalar_text((e.properties -> $8::text)) is not null))[1] as value
  from event e
  where e.space_id = $9 and e.name = $10 and e.profile_id = p.id) g)
