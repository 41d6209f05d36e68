select p.id as profile_id
  from profile p
  where p.space_id = $1 and p.collection = 'users' and p.merged_into is null and p.identifiers ?| $2::text[]
  and p.id in (select d.profile_id
  from due_profile d
  where d.space_id = $3 and d.batch = any($4::text[])) and (select not (((strpos(text_of(g.value), $5) > 0)) is true)
  from (select (array_agg((e.properties -> $6::text) order by e.timestamp desc, e.message_id collate "C" desc) filter (where scalar_text((e.properties -> $7::text)) is not null))[1] as value
  from event e
  where e.space_id = $8 and e.name = $9 and e.profile_id = p.id) g)
