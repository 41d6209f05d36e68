select p.id as profile_id
  from profile p
  left join (select g.profile_id
  from (select e.profile_id, max(scalar_text((e.properties -> $1::text)) collate "C") as value
  from event e
  where e.space_id = $2 and e.name = $3
  group by e.profile_id) g
  where (case when jsonb_typeof(to_jsonb(g.value)) = 'string' then g.value collate "C" > $4 end) is true) "c" on "c"."profile_id" = p.id
  where p.space_id = $5 and p.collection = 'users' and p.merged_into is null and "c"."profile_id" is not null and p.identifiers ?| $6::text[]
