select p.id as profile_id
  from profile p
  left join membership "c_1_1" on "c_1_1"."space_id" = $1 and "c_1_1"."audience_id" = $2 and "c_1_1"."profile_id" = p.id
  where p.space_id = $3 and p.collection = 'users' and p.merged_into is null and p.identifiers ?| $4::text[] and (not (exists (select
  from event e
  where e.space_id = $5 and e.name = $6 and e.profile_id = p.id)) or (exists (select
  from event e
  where e.space_id = $7 and e.name = $8 and e.profile_id = p.id) and "c_1_1"."profile_id" is not null))
