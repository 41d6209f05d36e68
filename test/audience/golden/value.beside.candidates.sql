select p.id as profile_id, to_jsonb(trim_scale(v.number)) as value
     
  from profile p cross join lateral (select count(*) filter (where e.timestamp >= $1::timestamptz and e.timestamp <= $2::timestamptz) as number, count(*) as events
  from event e
  where e.space_id = $3 and e.name = $4 and (case when jsonb_typeof((e.properties -> $5::text)) = 'number' and jsonb_typeof((p.traits -> $6::text)) = 'number' then jsonb_cmp((e.properties -> $7::text), (p.traits -> $8::text)) else value_order((e.properties -> $9::text), (p.traits -> $10::text)) end > 0) is true and e.timestamp <= $11::timestamptz and e.profile_id = p.id) v
     
  where p.space_id = $12 and p.collection = 'users' and p.merged_into is null
  and p.id in (select d.profile_id
  from due_profile d
  where d.space_id = $13 and d.batch = any($14::text[])) and p.identifiers ?| $15::text[] and v.events > 0 and v.number is not null
