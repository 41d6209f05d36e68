select p.id as profile_id
  from profile p
  where p.space_id = $1 and p.collection = 'users' and p.merged_into is null and p.identifiers ?| $2::text[]
  and p.id in (select d.profile_id
  from due_profile d
  where d.space_id = $3 and d.batch = any($4::text[])) and (select (decimal_of(g.value) >= $5::numeric) is true
  from (select jsonb_agg(distinct scalar_text((e.properties -> $6::text)) collate "C") filter (where scalar_text((e.properties -> $7::text)) is not null) as value
  from event e
  where e.space_id = $8 and e.name = $9 and e.timestamp >= $10::timestamptz and e.timestamp <= $11::timestamptz and e.profile_id = p.id) g)
