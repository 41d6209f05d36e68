select p.id as profile_id
  from profile p
  left join computed_value "c" on "c"."space_id" = $1 and "c"."computed_trait_id" = $2 and "c"."profile_id" = p.id
  where p.space_id = $3 and p.collection = 'users' and p.merged_into is null and (decimal_of("c"."value") >= $4::numeric) is true and p.identifiers ?| $5::text[]
