select p.id as profile_id, v.number as value
     
  from profile p cross join lateral (select (array_agg(((e.context -> $1::text) -> $2::text) order by e.timestamp desc, e.message_id collate "C" desc) filter (where jsonb_typeof(((e.context -> $3::text) -> $4::text)) in ('string', 'number', 'boolean')))[1] as number, count(*) as events
  from (select s.profile_id, s.timestamp, s.message_id, s.context
  from (select b.*,
    bool_or(b.ends) over (partition by b.profile_id order by b.timestamp desc, b.message_id desc) as ended
   
  from (select e.profile_id, e.timestamp, e.message_id, e.context,
    coalesce(lead(e.timestamp) over (partition by e.profile_id order by e.timestamp, e.message_id), $5::timestamptz) - e.timestamp
      > $6::bigint * interval '1 millisecond' as ends
  from event e
  where e.profile_id = p.id and e.space_id = $7 and e.name = $8 and e.timestamp <= $9::timestamptz) b) s
  where not s.ended) e
  where true and e.profile_id = p.id) v
     
  where p.space_id = $10 and p.collection = 'users' and p.merged_into is null
  and p.id in (select d.profile_id
  from due_profile d
  where d.space_id = $11 and d.batch = any($12::text[])) and p.identifiers ?| $13::text[] and v.events > 0 and v.number is not null
