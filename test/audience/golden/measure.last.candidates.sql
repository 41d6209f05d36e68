select p.id as profile_id
  from profile p
  where p.space_id = $1 and p.collection = 'users' and p.merged_into is null
  and p.id in (select d.profile_id
  from due_profile d
  where d.space_id = $2 and d.batch = any($3::text[])) and (select (decimal_of(g.value) >= $4::numeric) is true
  from (select (array_agg((e.properties -> $5::text) order by e.timestamp desc, e.message_id collate "C" desc) filter (where jsonb_typeof((e.properties -> $6::text)) in ('string', 'number', 'boolean')))[1] as value
  from event e
  where e.space_id = $7 and e.name = $8 and e.timestamp >= $9::timestamptz and e.timestamp <= $10::timestamptz and e.profile_id = p.id) g) and p.identifiers ?| $11::text[]
