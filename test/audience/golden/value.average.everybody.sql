select p.id as profile_id, to_jsonb(trim_scale(v.number)) as value
   
  from profile p join (select e.profile_id, avg(decimal_of((e.properties -> $1::text))) as number
  from event e
  where e.space_id = $2 and e.name = $3 and e.timestamp >= $4::timestamptz and e.timestamp <= $5::timestamptz
  group by e.profile_id) v on v.profile_id = p.id
   
  where p.space_id = $6 and p.collection = 'users' and p.merged_into is null and p.identifiers ?| $7::text[] and v.number is not null
