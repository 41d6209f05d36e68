select p.id as profile_id, to_jsonb(v.number) as value
     
  from profile p cross join lateral (select case when count(scalar_text((e.properties -> $1::text))) > count(distinct scalar_text((e.properties -> $2::text)) collate "C") then mode() within group (order by scalar_text((e.properties -> $3::text)) collate "C") end as number, count(*) as events
  from event e
  where e.space_id = $4 and e.name = $5 and e.timestamp >= $6::timestamptz and e.timestamp <= $7::timestamptz and e.profile_id = p.id) v
     
  where p.space_id = $8 and p.collection = 'users' and p.merged_into is null
  and p.id in (select d.profile_id
  from due_profile d
  where d.space_id = $9 and d.batch = any($10::text[])) and p.identifiers ?| $11::text[] and v.events > 0 and v.number is not null
