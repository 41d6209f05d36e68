with next as materialized (
  select p.id, (select coalesce(jsonb_agg(r.value order by r.ordinality), '[]'::jsonb)
  from jsonb_array_elements(p.results) with ordinality as r where r.value ->> 'profileId' <> all ($1::text[])) as results
  from audience_preview p where p.space_id = $2 and jsonb_typeof(p.results) = 'array')
  update audience_preview p set results = n.results from next n
  where p.space_id = $3 and p.id = n.id and p.results <> n.results returning p.id
