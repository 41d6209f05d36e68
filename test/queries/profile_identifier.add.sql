insert into profile_identifier (space_id, collection, type, value, profile_id, source_id, message_id, created_at)
  select $1, r.collection, r.type, r.value, r.profile_id, r.source_id, r.message_id, r.created_at
  from unnest($2::text[], $3::text[], $4::text[],
  $5::uuid[], $6::text[],
  $7::text[], $8::timestamptz[])
  as r (collection, type, value, profile_id, source_id, message_id, created_at)
  on conflict do nothing returning type
