select p.id as profile_id, to_jsonb(trim_scale(v.number)) as value
   
  from profile p join (select e.profile_id, sum(decimal_of((e.properties -> $1::text))) as number
  from (select s.profile_id, s.timestamp, s.message_id, s.properties
  from (select b.*,
    bool_or(b.ends) over (partition by b.profile_id order by b.timestamp desc, b.message_id desc) as ended
   
  from (select e.profile_id, e.timestamp, e.message_id, e.properties,
    coalesce(lead(e.timestamp) over (partition by e.profile_id order by e.timestamp, e.message_id), $2::timestamptz) - e.timestamp
      > $3::bigint * interval '1 millisecond' as ends
  from event e join profile o on o.space_id = $4 and o.id = e.profile_id
  where e.profile_id in (select r.profile_id
  from event r
  where r.space_id = $5 and r.name = $6
    and r.timestamp >= $7::timestamptz and r.timestamp <= $8::timestamptz) and e.space_id = $9 and e.name = $10 and (((e.properties -> $11::text) > (o.traits -> $12::text) or jsonb_typeof((e.properties -> $13::text)) = 'string') is true and (case when jsonb_typeof((e.properties -> $14::text)) = 'number' and jsonb_typeof((o.traits -> $15::text)) = 'number' then jsonb_cmp((e.properties -> $16::text), (o.traits -> $17::text)) else value_order((e.properties -> $18::text), (o.traits -> $19::text)) end > 0) is true) and e.timestamp <= $20::timestamptz) b) s
  where not s.ended) e
  where true
  group by e.profile_id) v on v.profile_id = p.id
   
  where p.space_id = $21 and p.collection = 'users' and p.merged_into is null and p.identifiers ?| $22::text[] and v.number is not null
