select p.id as profile_id
  from profile p
  left join (select g.profile_id
  from (select distinct on (e.profile_id) e.profile_id, (e.properties -> $1::text) as value
  from event e
  where e.space_id = $2 and e.name = $3 and jsonb_typeof((e.properties -> $4::text)) in ('string', 'number', 'boolean')
        order by e.profile_id, e.timestamp desc, e.message_id collate "C" desc) g
  where (case when instant_of_text((g.value #>> '{}')) is not null then instant_of_text((g.value #>> '{}')) < $5::timestamptz
    when jsonb_typeof(g.value) = 'string' then (g.value #>> '{}') collate "C" < $6 end) is true) "c" on "c"."profile_id" = p.id
  where p.space_id = $7 and p.collection = 'users' and p.merged_into is null and "c"."profile_id" is not null and p.identifiers ?| $8::text[]
