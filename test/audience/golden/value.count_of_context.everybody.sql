select p.id as profile_id, to_jsonb(trim_scale(v.number)) as value
   
  from profile p join (select e.profile_id, count(distinct scalar_text((case when e.timestamp >= $1::timestamptz and e.timestamp <= $2::timestamptz then e.context end -> $3::text))) as number
  from event e
  where e.space_id = $4 and e.name = $5 and e.timestamp <= $6::timestamptz
  group by e.profile_id) v on v.profile_id = p.id
   
  where p.space_id = $7 and p.collection = 'users' and p.merged_into is null and p.identifiers ?| $8::text[] and v.number is not null
