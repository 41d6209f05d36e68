select p.id as profile_id, to_jsonb(trim_scale(v.number)) as value
   
  from profile p join (select e.profile_id, count(*) as number
  from (select s.profile_id, s.timestamp, s.message_id, s.properties
  from (select b.*,
    bool_or(b.ends) over (partition by b.profile_id order by b.timestamp desc, b.message_id desc) as ended
   
  from (select e.profile_id, e.timestamp, e.message_id, e.properties,
    coalesce(lead(e.timestamp) over (partition by e.profile_id order by e.timestamp, e.message_id), $1::timestamptz) - e.timestamp
      > $2::bigint * interval '1 millisecond' as ends
  from event e
  where e.profile_id in (select r.profile_id
  from event r
  where r.space_id = $3 and r.name = $4
    and r.timestamp >= $5::timestamptz and r.timestamp <= $6::timestamptz) and e.space_id = $7 and e.name = $8 and e.timestamp <= $9::timestamptz) b) s
  where not s.ended) e
  where true
  group by e.profile_id) v on v.profile_id = p.id
   
  where p.space_id = $10 and p.collection = 'users' and p.merged_into is null and p.identifiers ?| $11::text[] and v.number is not null
