select p.id as profile_id
  from profile p
  left join (select g.profile_id
  from (select distinct on (t.profile_id) t.profile_id, t.text as value
  from (select e.profile_id, case when jsonb_typeof((e.properties -> $1::text)) = 'string' then e.properties ->> $2::text else scalar_text((e.properties -> $3::text)) end as text, count(*) as times
  from event e
   
  where e.space_id = $4 and e.name = $5 and e.timestamp >= $6::timestamptz and e.timestamp <= $7::timestamptz
  group by 1, 2
  having count(*) >= $8::integer) t order by t.profile_id, t.text is null, t.times desc, t.text collate "C") g
  where (decimal_of(to_jsonb(g.value)) >= $9::numeric) is true) "c" on "c"."profile_id" = p.id
  where p.space_id = $10 and p.collection = 'users' and p.merged_into is null and "c"."profile_id" is not null and p.identifiers ?| $11::text[]
