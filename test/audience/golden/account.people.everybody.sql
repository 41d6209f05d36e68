select p.id as profile_id
  from profile p
  left join (select l.profile_id
  from profile_link l join membership m on m.space_id = $1 and m.audience_id = $2 and m.profile_id = l.account_id
   
  where l.space_id = $3
  group by l.profile_id) "c" on "c"."profile_id" = p.id
  where p.space_id = $4 and p.collection = 'users' and p.merged_into is null and "c"."profile_id" is not null
