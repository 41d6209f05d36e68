select p.id as profile_id, to_jsonb(trim_scale(v.number)) as value
     
  from profile p cross join lateral (select count(*) filter (where e.timestamp >= $1::timestamptz and e.timestamp <= $2::timestamptz) as number, count(*) as events
  from event e
  where e.space_id = $3 and e.name = $4 and (((e.properties -> $5::text) > (p.traits -> $6::text) or jsonb_typeof((e.properties -> $7::text)) = 'string') is true and (case when jsonb_typeof((e.properties -> $8::text)) = 'number' and jsonb_typeof((p.traits -> $9::text)) = 'number' then jsonb_cmp((e.properties -> $10::text), (p.traits -> $11::text)) else value_order((e.properties -> $12::text), (p.traits -> $13::text)) end > 0) is true) and e.timestamp <= $14::timestamptz and e.profile_id = p.id) v
     
  where p.space_id = $15 and p.collection = 'users' and p.merged_into is null
  and p.id in (select d.profile_id
  from due_profile d
  where d.space_id = $16 and d.batch = any($17::text[])) and p.identifiers ?| $18::text[] and v.events > 0 and v.number is not null
