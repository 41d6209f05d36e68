select p.id as profile_id
  from profile p
  where p.space_id = $1 and p.collection = 'users' and p.merged_into is null and p.identifiers ?| $2::text[] and ((((p.traits -> $3::text) -> $4::text) = any($5::jsonb[]) or case when (((p.traits -> $6::text) -> $7::text) #>> '{}') collate "C" >= $8 and (((p.traits -> $9::text) -> $10::text) #>> '{}') collate "C" < $11 then instant_of(((p.traits -> $12::text) -> $13::text)) end = any($14::timestamptz[]))) is true
