select p.id as profile_id, v.number as value
   
  from profile p join (select e.profile_id, jsonb_agg(distinct scalar_text((e.properties -> $1::text)) collate "C") filter (where jsonb_typeof((e.properties -> $2::text)) in ('string', 'number', 'boolean')) as number
  from event e
  where e.space_id = $3 and e.name = $4 and e.timestamp >= $5::timestamptz and e.timestamp <= $6::timestamptz
  group by e.profile_id) v on v.profile_id = p.id
   
  where p.space_id = $7 and p.collection = 'users' and p.merged_into is null and p.identifiers ?| $8::text[] and v.number is not null
