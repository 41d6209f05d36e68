select p.id as profile_id, to_jsonb(v.number) as value
   
  from profile p join (select e.profile_id, case when count(scalar_text((e.properties -> $1::text))) > count(distinct scalar_text((e.properties -> $2::text)) collate "C") then mode() within group (order by scalar_text((e.properties -> $3::text)) collate "C") end as number
  from event e
  where e.space_id = $4 and e.name = $5 and e.timestamp >= $6::timestamptz and e.timestamp <= $7::timestamptz
  group by e.profile_id) v on v.profile_id = p.id
   
  where p.space_id = $8 and p.collection = 'users' and p.merged_into is null and p.identifiers ?| $9::text[] and v.number is not null
