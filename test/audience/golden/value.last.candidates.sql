select p.id as profile_id, v.number as value
     
  from profile p cross join lateral (select (array_agg((e.properties -> $1::text) order by e.timestamp desc, e.message_id collate "C" desc) filter (where jsonb_typeof((e.properties -> $2::text)) in ('string', 'number', 'boolean')))[1] as number, count(*) as events
  from event e
  where e.space_id = $3 and e.name = $4 and e.timestamp >= $5::timestamptz and e.timestamp <= $6::timestamptz and e.profile_id = p.id) v
     
  where p.space_id = $7 and p.collection = 'users' and p.merged_into is null
  and p.id in (select d.profile_id
  from due_profile d
  where d.space_id = $8 and d.batch = any($9::text[])) and p.identifiers ?| $10::text[] and v.events > 0 and v.number is not null
