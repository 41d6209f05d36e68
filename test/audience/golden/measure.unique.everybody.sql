select p.id as profile_id
  from profile p
  left join (select g.profile_id
  from (select e.profile_id, jsonb_agg(distinct scalar_text((e.properties -> $1::text)) collate "C") filter (where jsonb_typeof((e.properties -> $2::text)) in ('string', 'number', 'boolean')) as value
  from event e
  where e.space_id = $3 and e.name = $4 and e.timestamp >= $5::timestamptz and e.timestamp <= $6::timestamptz
  group by e.profile_id) g
  where (decimal_of(g.value) >= $7::numeric) is true) "c" on "c"."profile_id" = p.id
  where p.space_id = $8 and p.collection = 'users' and p.merged_into is null and "c"."profile_id" is not null and p.identifiers ?| $9::text[]
