select p.id as profile_id
  from profile p
  left join (select g.profile_id
  from (select e.profile_id, (array_agg((e.properties -> $1::text) order by e.timestamp desc, e.message_id collate "C" desc) filter (where scalar_text((e.properties -> $2::text)) is not null))[1] as value
  from event e
  where e.space_id = $3 and e.name = $4
  group by e.profile_id) g
  where not (not (((strpos(text_of(g.value), $5) > 0)) is true))) "c" on "c"."profile_id" = p.id
  where p.space_id = $6 and p.collection = 'users' and p.merged_into is null and p.identifiers ?| $7::text[] and "c"."profile_id" is null
