select p.id as profile_id
  from profile p
  left join (select g.profile_id
  from (select e.profile_id, to_jsonb(case when count(scalar_text((e.properties -> $1::text))) > count(distinct scalar_text((e.properties -> $2::text)) collate "C") then mode() within group (order by scalar_text((e.properties -> $3::text)) collate "C") end) as value
  from event e
  where e.space_id = $4 and e.name = $5 and e.timestamp >= $6::timestamptz and e.timestamp <= $7::timestamptz
  group by e.profile_id) g
  where (decimal_of(g.value) >= $8::numeric) is true) "c" on "c"."profile_id" = p.id
  where p.space_id = $9 and p.collection = 'users' and p.merged_into is null and "c"."profile_id" is not null and p.identifiers ?| $10::text[]
