select p.id as profile_id, to_jsonb(trim_scale(v.number)) as value
     
  from profile p cross join lateral (select min(decimal_of((e.properties -> $1::text))) as number, count(*) as events
  from event e
  where e.space_id = $2 and e.name = $3 and e.timestamp >= $4::timestamptz and e.timestamp <= $5::timestamptz and e.profile_id = p.id) v
     
  where p.space_id = $6 and p.collection = 'users' and p.merged_into is null
  and p.id in (select d.profile_id
  from due_profile d
  where d.space_id = $7 and d.batch = any($8::text[])) and p.identifiers ?| $9::text[] and v.events > 0 and v.number is not null
