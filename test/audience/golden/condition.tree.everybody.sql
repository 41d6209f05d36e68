select p.id as profile_id
  from profile p
  left join (select e.profile_id
  from event e
  where e.space_id = $1 and e.name = $2
  group by e.profile_id
  having count(*) >= $3::bigint) "c_0" on "c_0"."profile_id" = p.id
  left join (select e.profile_id
  from event e
  where e.space_id = $4 and e.name = $5
  group by e.profile_id
  having count(*) >= $6::bigint) "c_1_0" on "c_1_0"."profile_id" = p.id
  left join membership "c_1_1" on "c_1_1"."space_id" = $7 and "c_1_1"."audience_id" = $8 and "c_1_1"."profile_id" = p.id
  where p.space_id = $9 and p.collection = 'users' and p.merged_into is null and p.identifiers ?| $10::text[] and (not ("c_0"."profile_id" is not null) or ("c_1_0"."profile_id" is not null and "c_1_1"."profile_id" is not null))
