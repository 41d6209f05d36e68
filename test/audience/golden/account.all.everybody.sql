select p.id as profile_id
  from profile p
  left join (select l.account_id
  from profile_link l
  left join (select p.id as profile_id
  from profile p 
  where p.space_id = $1 and p.collection = 'users' and p.merged_into is null and exists (select
  from event e
  where e.space_id = $2 and e.name = $3 and e.profile_id = p.id)) m on m.profile_id = l.profile_id
  where l.space_id = $4
  group by l.account_id
         
  having count(*) = count(m.profile_id)) "c" on "c"."account_id" = p.id
  where p.space_id = $5 and p.collection = 'accounts' and p.merged_into is null and "c"."account_id" is not null
