select p.id as profile_id
  from profile p
  where p.space_id = $1 and p.collection = 'users' and p.merged_into is null
  and p.id in (select d.profile_id
  from due_profile d
  where d.space_id = $2 and d.batch = any($3::text[])) and (select (g.value = $4::text) is true
  from (select most_frequent_text(scalar_texts(jsonb_agg((select jsonb_agg(("entry_0" -> $5::text))
  from jsonb_array_elements(case jsonb_typeof((e.properties -> $6::text)) when 'array' then (e.properties -> $7::text) else '[]' end) as "entry_0"))), $8::integer) as value
  from event e
  where e.space_id = $9 and e.name = $10 and e.profile_id = p.id) g) and p.identifiers ?| $11::text[]
