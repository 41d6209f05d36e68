select p.id as profile_id
  from profile p
  where p.space_id = $1 and p.collection = 'users' and p.merged_into is null
  and p.id in (select d.profile_id
  from due_profile d
  where d.space_id = $2 and d.batch = any($3::text[])) and (decimal_of((select c.value
  from computed_value c
  where c.space_id = $4 and c.computed_trait_id = $5 and c.profile_id = p.id)) >= $6::numeric) is true and p.identifiers ?| $7::text[]
