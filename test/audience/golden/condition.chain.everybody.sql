select p.id as profile_id
  from profile p
  left join (select e.profile_id
  from (select e.profile_id
  from (select e.profile_id
  from event e
  where e.space_id = $1 and e.name = $2
     
  group by e.profile_id
  having count(*) >= $3::bigint) s join event e on e.profile_id = s.profile_id
  where e.space_id = $4 and e.name = $5
     
  group by e.profile_id
  having (count(*) = $6::bigint)) s join event e on e.profile_id = s.profile_id
  where e.space_id = $7 and e.name = $8
     
  group by e.profile_id) "c_e" on "c_e"."profile_id" = p.id
  where p.space_id = $9 and p.collection = 'users' and p.merged_into is null and "c_e"."profile_id" is not null and p.identifiers ?| $10::text[]
