select p.id as profile_id
  from profile p
  where p.space_id = $1 and p.collection = 'users' and p.merged_into is null and p.identifiers ?| $2::text[]
  and p.id in (select d.profile_id
  from due_profile d
  where d.space_id = $3 and d.batch = any($4::text[])) and (select (g.value = $5::jsonb) is true
  from (select to_jsonb(most_frequent_text(scalar_texts(jsonb_agg((select jsonb_agg(("entry_0" -> $6::text))
  from jsonb_array_elements(case jsonb_typeof((e.properties -> $7::text)) when 'array' then (e.properties -> $8::text) else '[]' end) as "entry_0"))), $9::integer)) as value
  from event e
  where e.space_id = $10 and e.name = $11 and e.profile_id = p.id) g)
