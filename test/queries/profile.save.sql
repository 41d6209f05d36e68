insert into profile (space_id, id, collection, traits, trait_times, identifiers, merged_into, merge_count, created_at, updated_at, last_seen_at)
  select $1, r.id, r.collection, r.traits::jsonb, r.trait_times::jsonb, r.identifiers::jsonb, r.merged_into, r.merge_count,
  r.created_at, r.updated_at, r.last_seen_at
  from unnest($2::uuid[], $3::text[],
  $4::text[],
  $5::text[],
  $6::text[],
  $7::uuid[], $8::integer[],
  $9::timestamptz[], $10::timestamptz[],
  $11::timestamptz[])
  as r (id, collection, traits, trait_times, identifiers, merged_into, merge_count, created_at, updated_at, last_seen_at)
  on conflict (space_id, id) do update set traits = excluded.traits, trait_times = excluded.trait_times,
  identifiers = excluded.identifiers, merged_into = excluded.merged_into, merge_count = excluded.merge_count,
  updated_at = excluded.updated_at, last_seen_at = excluded.last_seen_at
