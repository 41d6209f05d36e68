select p.id as profile_id
  from profile p
  left join (select g.profile_id
  from (select distinct on (t.profile_id) t.profile_id, t.text as value
  from (select e.profile_id, scalar_text((e.properties -> $1::text)) as text, count(*) as times
  from event e
   
  where e.space_id = $2 and e.name = $3 and e.timestamp >= $4::timestamptz and e.timestamp <= $5::timestamptz
  group by 1, 2
  having count(*) >= $6::integer) t order by t.profile_id, t.text is null, t.times desc, t.text collate "C") g
  where (decimal_of(to_jsonb(g.value)) >= $7::numeric) is true) "c" on "c"."profile_id" = p.id
  where p.space_id = $8 and p.collection = 'users' and p.merged_into is null and "c"."profile_id" is not null and p.identifiers ?| $9::text[]
