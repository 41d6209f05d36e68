select p.id as profile_id
  from profile p
  where p.space_id = $1 and p.collection = 'users' and p.merged_into is null and (case when jsonb_typeof(((p.traits -> $2::text) -> $3::text)) = 'string' then ((p.traits -> $4::text) ->> $5::text) collate "C" <= $6 end) is true and p.identifiers ?| $7::text[]
