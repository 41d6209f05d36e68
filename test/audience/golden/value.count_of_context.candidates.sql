select p.id as profile_id, to_jsonb(trim_scale(v.number)) as value
     
  from profile p cross join lateral (select count(distinct scalar_text((case when e.timestamp >= $1::timestamptz and e.timestamp <= $2::timestamptz then e.context end -> $3::text))) as number, count(*) as events
  from event e
  where e.space_id = $4 and e.name = $5 and e.timestamp <= $6::timestamptz and e.profile_id = p.id) v
     
  where p.space_id = $7 and p.collection = 'users' and p.merged_into is null
  and p.id in (select d.profile_id
  from due_profile d
  where d.space_id = $8 and d.batch = any($9::text[])) and p.identifiers ?| $10::text[] and v.events > 0 and v.number is not null
