select p.id as profile_id
  from profile p
  where p.space_id = $1 and p.collection = 'users' and p.merged_into is null and p.identifiers ?| $2::text[] and (case when jsonb_typeof(((p.traits -> $3::text) -> $4::text)) = 'string' then (((p.traits -> $5::text) -> $6::text) #>> '{}') collate "C" <= $7 end) is true
