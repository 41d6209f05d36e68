select p.id as profile_id
  from profile p
  where p.space_id = $1 and p.collection = 'users' and p.merged_into is null and p.identifiers ?| $2::text[] and coalesce(case when instant_of((p.traits #> $3::text[])) is not null then instant_of((p.traits #> $4::text[])) > $5::timestamptz
    when jsonb_typeof((p.traits #> $6::text[])) = 'string' then ((p.traits #> $7::text[]) #>> '{}') collate "C" > $8 end, false)
