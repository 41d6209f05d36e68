select p.id as profile_id, to_jsonb(trim_scale(v.number)) as value
   
  from profile p join (select e.profile_id, count(*) filter (where e.timestamp >= $1::timestamptz and e.timestamp <= $2::timestamptz) as number
  from event e join profile o on o.space_id = $3 and o.id = e.profile_id
  where e.space_id = $4 and e.name = $5 and (value_order((e.properties -> $6::text), (o.traits -> $7::text)) > 0) is true and e.timestamp <= $8::timestamptz
  group by e.profile_id) v on v.profile_id = p.id
   
  where p.space_id = $9 and p.collection = 'users' and p.merged_into is null and p.identifiers ?| $10::text[] and v.number is not null
