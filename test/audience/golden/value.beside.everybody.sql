select p.id as profile_id, to_jsonb(trim_scale(v.number)) as value
   
  from profile p join (select e.profile_id, count(*) filter (where e.timestamp >= $1::timestamptz and e.timestamp <= $2::timestamptz) as number
  from event e join profile o on o.space_id = $3 and o.id = e.profile_id
  where e.space_id = $4 and e.name = $5 and (((e.properties -> $6::text) > (o.traits -> $7::text) or jsonb_typeof((e.properties -> $8::text)) = 'string') is true and (case when jsonb_typeof((e.properties -> $9::text)) = 'number' and jsonb_typeof((o.traits -> $10::text)) = 'number' then jsonb_cmp((e.properties -> $11::text), (o.traits -> $12::text)) else value_order((e.properties -> $13::text), (o.traits -> $14::text)) end > 0) is true) and e.timestamp <= $15::timestamptz
  group by e.profile_id) v on v.profile_id = p.id
   
  where p.space_id = $16 and p.collection = 'users' and p.merged_into is null and p.identifiers ?| $17::text[] and v.number is not null
