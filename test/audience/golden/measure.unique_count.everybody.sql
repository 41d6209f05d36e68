select p.id as profile_id
  from profile p
  left join (select t.profile_id
  from (select e.profile_id, scalar_text((e.properties -> $1::text)) as text, count(*) as times
  from event e
   
  where e.space_id = $2 and e.name = $3 and e.timestamp >= $4::timestamptz and e.timestamp <= $5::timestamptz
  group by 1, 2) t
  group by t.profile_id
  having count(t.text) >= $6::bigint) "c" on "c"."profile_id" = p.id
  where p.space_id = $7 and p.collection = 'users' and p.merged_into is null and "c"."profile_id" is not null and p.identifiers ?| $8::text[]
