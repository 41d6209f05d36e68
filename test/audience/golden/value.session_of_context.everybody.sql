select p.id as profile_id, v.number as value
   
  from profile p join (select e.profile_id, (array_agg(((e.context -> $1::text) -> $2::text) order by e.timestamp desc, e.message_id collate "C" desc) filter (where jsonb_typeof(((e.context -> $3::text) -> $4::text)) in ('string', 'number', 'boolean')))[1] as number
  from (select s.profile_id, s.timestamp, s.message_id, s.context
  from (select b.*,
    bool_or(b.ends) over (partition by b.profile_id order by b.timestamp desc, b.message_id desc) as ended
   
  from (select e.profile_id, e.timestamp, e.message_id, e.context,
    coalesce(lead(e.timestamp) over (partition by e.profile_id order by e.timestamp, e.message_id), $5::timestamptz) - e.timestamp
      > $6::bigint * interval '1 millisecond' as ends
  from event e
  where e.profile_id in (select r.profile_id
  from event r
  where r.space_id = $7 and r.name = $8
    and r.timestamp >= $9::timestamptz and r.timestamp <= $10::timestamptz) and e.space_id = $11 and e.name = $12 and e.timestamp <= $13::timestamptz) b) s
  where not s.ended) e
  where true
  group by e.profile_id) v on v.profile_id = p.id
   
  where p.space_id = $14 and p.collection = 'users' and p.merged_into is null and p.identifiers ?| $15::text[] and v.number is not null
