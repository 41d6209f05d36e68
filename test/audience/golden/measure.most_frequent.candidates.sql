select p.id as profile_id
  from profile p
  where p.space_id = $1 and p.collection = 'users' and p.merged_into is null
  and p.id in (select d.profile_id
  from due_profile d
  where d.space_id = $2 and d.batch = any($3::text[])) and (select (decimal_of(to_jsonb(g.value)) >= $4::numeric) is true
  from (select case when count(scalar_text((e.properties -> $5::text))) > count(distinct scalar_text((e.properties -> $6::text)) collate "C") then mode() within group (order by scalar_text((e.properties -> $7::text)) collate "C") end as value
  from event e
  where e.space_id = $8 and e.name = $9 and e.timestamp >= $10::timestamptz and e.timestamp <= $11::timestamptz and e.profile_id = p.id) g) and p.identifiers ?| $12::text[]
