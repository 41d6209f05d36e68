select p.id as profile_id, to_jsonb(trim_scale(v.number)) as value
     
  from profile p cross join lateral (select count(*) filter (where e.timestamp >= $1::timestamptz and e.timestamp <= $2::timestamptz) as number, count(*) as events
  from profile_link l join event e on e.space_id = $3 and e.profile_id = l.profile_id 
       
  where l.space_id = $4 and l.account_id = p.id and e.space_id = $5 and e.name = $6 and coalesce(p.identifiers -> 'group_id' ? (e.context ->> 'groupId'), true) and e.timestamp <= $7::timestamptz) v
     
  where p.space_id = $8 and p.collection = 'accounts' and p.merged_into is null and v.events > 0 and v.number is not null
