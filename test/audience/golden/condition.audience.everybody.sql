select p.id as profile_id
  from profile p
  left join membership "c" on "c"."space_id" = $1 and "c"."audience_id" = $2 and "c"."profile_id" = p.id
  where p.space_id = $3 and p.collection = 'users' and p.merged_into is null and "c"."profile_id" is not null and p.identifiers ?| $4::text[]
