select p.id as profile_id
  from profile p
  left join (select g.profile_id
  from (select distinct on (e.profile_id) e.profile_id, (e.properties -> $1::text) as value
  from event e
  where e.space_id = $2 and e.name = $3 and e.timestamp >= $4::timestamptz and e.timestamp <= $5::timestamptz and jsonb_typeof((e.properties -> $6::text)) in ('string', 'number', 'boolean')
        order by e.profile_id, e.timestamp, e.message_id collate "C") g
  where (decimal_of(g.value) >= $7::numeric) is true) "c" on "c"."profile_id" = p.id
  where p.space_id = $8 and p.collection = 'users' and p.merged_into is null and "c"."profile_id" is not null and p.identifiers ?| $9::text[]
