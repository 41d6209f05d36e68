select p.id as profile_id
  from profile p
  left join (select e.profile_id, (array_agg((e.properties -> $1::text) order by e.timestamp desc, e.message_id collate "C" desc) filter (where scalar_text((e.properties -> $2::text)) is not null))[1] as value
  from event e
  where e.space_id = $3 and e.name = $4
  group by e.profile_id) "c" on "c"."profile_id" = p.id
  where p.space_id = $5 and p.collection = 'users' and p.merged_into is null and p.identifiers ?| $6::text[] and (same_value("c"."value", (p.traits -> $7::text))) is true
