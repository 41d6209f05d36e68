select p.id as profile_id
  from profile p
  where p.space_id = $1 and p.collection = 'users' and p.merged_into is null and p.identifiers ?| $2::text[] and (case when instant_of(((p.traits -> $3::text) -> $4::text)) is not null then instant_of(((p.traits -> $5::text) -> $6::text)) > $7::timestamptz
    when jsonb_typeof(((p.traits -> $8::text) -> $9::text)) = 'string' then (((p.traits -> $10::text) -> $11::text) #>> '{}') collate "C" > $12 end) is true
