select p.id as profile_id
  from profile p
  left join (select distinct on (e.profile_id) e.profile_id, (e.properties -> $1::text) as value
  from event e
  where e.space_id = $2 and e.name = $3 and jsonb_typeof((e.properties -> $4::text)) in ('string', 'number', 'boolean')
        order by e.profile_id, e.timestamp desc, e.message_id collate "C" desc) "c" on "c"."profile_id" = p.id
  where p.space_id = $5 and p.collection = 'users' and p.merged_into is null and (("c"."value" = (p.traits -> $6::text) or ("c"."value" #>> '{}') collate "C" < ':' or ("c"."value" #>> '{}') in ('true', 'false')) is true and (same_value("c"."value", (p.traits -> $7::text))) is true) and p.identifiers ?| $8::text[]
