select p.id as "profileId",
  coalesce(p.traits ->> 'name', nullif(concat_ws(' ', p.traits ->> 'firstName', p.traits ->> 'lastName'), '')) as name,
  coalesce(p.identifiers -> 'email' ->> 0, p.traits ->> 'email') as email, p.traits, v.value, v.changed_at as "changedAt"
  from computed_value v join profile p on p.space_id = $1 and p.id = v.profile_id
  where v.space_id = $2 and v.computed_trait_id = $3
  and ($4::uuid is null or v.profile_id > $5::uuid)
  and (p.identifiers::text ilike $6 or coalesce(p.traits ->> 'name', '') ilike $7)
  and ($8::jsonb is null or v.value = $9::jsonb or jsonb_typeof(v.value) = 'array' and v.value @> $10::jsonb)
  and ($11::numeric is null or case when jsonb_typeof(v.value) = 'number' then decimal_of(v.value) end >= $12::numeric)
  and ($13::numeric is null or case when jsonb_typeof(v.value) = 'number' then decimal_of(v.value) end < $14::numeric)
  order by v.profile_id limit $15::integer
