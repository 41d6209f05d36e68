select p.id as profile_id
  from profile p
  where p.space_id = $1 and p.collection = 'users' and p.merged_into is null and (case when instant_of_text(((p.traits -> $2::text) ->> $3::text)) is not null then instant_of_text(((p.traits -> $4::text) ->> $5::text)) > $6::timestamptz
    when jsonb_typeof(((p.traits -> $7::text) -> $8::text)) = 'string' then ((p.traits -> $9::text) ->> $10::text) collate "C" > $11 end) is true and p.identifiers ?| $12::text[]
