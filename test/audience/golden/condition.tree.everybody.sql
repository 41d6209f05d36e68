select p.id as profile_id
  from profile p
  left join membership "c_1_1" on "c_1_1"."space_id" = $1 and "c_1_1"."audience_id" = $2 and "c_1_1"."profile_id" = p.id
  where p.space_id = $3 and p.collection = 'users' and p.merged_into is null and (not (exists (select
  from event e
  where e.space_id = $4 and e.name = $5 and e.profile_id = p.id)) or (exists (select
  from event e
  where e.space_id = $6 and e.name = $7 and e.profile_id = p.id) and "c_1_1"."profile_id" is not null)) and p.identifiers ?| $8::text[]
