select p.id as profile_id
  from profile p
  where p.space_id = $1 and p.collection = 'users' and p.merged_into is null and p.identifiers ?| $2::text[] and (case when (((p.traits -> $3::text) -> $4::text) #>> '{}') collate "C" >= $5 then instant_of(((p.traits -> $6::text) -> $7::text)) end >= $8::timestamptz) is true
