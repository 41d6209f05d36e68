select p.id as profile_id, to_jsonb(trim_scale(v.number)) as value
     
  from profile p cross join lateral (select sum(decimal_of((e.properties -> $1::text))) as number, count(*) as events
  from (select s.profile_id, s.timestamp, s.message_id, s.properties
  from (select b.*,
    bool_or(b.ends) over (partition by b.profile_id order by b.timestamp desc, b.message_id desc) as ended
   
  from (select e.profile_id, e.timestamp, e.message_id, e.properties,
    coalesce(lead(e.timestamp) over (partition by e.profile_id order by e.timestamp, e.message_id), $2::timestamptz) - e.timestamp
      > $3::bigint * interval '1 millisecond' as ends
  from event e
  where e.profile_id = p.id and e.space_id = $4 and e.name = $5 and (((e.properties -> $6::text) > (p.traits -> $7::text) or jsonb_typeof((e.properties -> $8::text)) = 'string') is true and (case when jsonb_typeof((e.properties -> $9::text)) = 'number' and jsonb_typeof((p.traits -> $10::text)) = 'number' then jsonb_cmp((e.properties -> $11::text), (p.traits -> $12::text)) else value_order((e.properties -> $13::text), (p.traits -> $14::text)) end > 0) is true) and e.timestamp <= $15::timestamptz) b) s
  where not s.ended) e
  where true and e.profile_id = p.id) v
     
  where p.space_id = $16 and p.collection = 'users' and p.merged_into is null
  and p.id in (select d.profile_id
  from due_profile d
  where d.space_id = $17 and d.batch = any($18::text[])) and p.identifiers ?| $19::text[] and v.events > 0 and v.number is not null
