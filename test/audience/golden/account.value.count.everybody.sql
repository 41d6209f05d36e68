select p.id as profile_id, to_jsonb(trim_scale(v.number)) as value
   
  from profile p join (select l.account_id, count(*) filter (where e.timestamp >= $1::timestamptz and e.timestamp <= $2::timestamptz) as number
  from profile_link l join event e on e.space_id = $3 and e.profile_id = l.profile_id 
     
  where l.space_id = $4 and e.space_id = $5 and e.name = $6 and e.timestamp <= $7::timestamptz
  group by l.account_id) v on v.account_id = p.id
   
  where p.space_id = $8 and p.collection = 'accounts' and p.merged_into is null and v.number is not null
