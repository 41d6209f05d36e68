select p.id as profile_id, to_jsonb(v.number) as value
   
  from profile p join (select l.account_id, mode() within group (order by scalar_text((o.traits -> $1::text)) collate "C") as number
  from profile_link l join event e on e.space_id = $2 and e.profile_id = l.profile_id join profile o on o.space_id = $3 and o.id = e.profile_id
     
  where l.space_id = $4 and e.space_id = $5 and e.name = $6 and e.timestamp >= $7::timestamptz and e.timestamp <= $8::timestamptz
  group by l.account_id) v on v.account_id = p.id
   
  where p.space_id = $9 and p.collection = 'accounts' and p.merged_into is null and v.number is not null
