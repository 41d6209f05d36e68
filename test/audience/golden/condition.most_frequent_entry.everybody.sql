select p.id as profile_id
  from profile p
  left join (select g.profile_id
  from (select e.profile_id, most_frequent_text(scalar_texts(jsonb_agg((select jsonb_agg(("entry_0" -> $1::text))
  from jsonb_array_elements(case jsonb_typeof((e.properties -> $2::text)) when 'array' then (e.properties -> $3::text) else '[]' end) as "entry_0"))), $4::integer) as value
  from event e
  where e.space_id = $5 and e.name = $6
  group by e.profile_id) g
  where (g.value = $7::text) is true) "c" on "c"."profile_id" = p.id
  where p.space_id = $8 and p.collection = 'users' and p.merged_into is null and "c"."profile_id" is not null and p.identifiers ?| $9::text[]
