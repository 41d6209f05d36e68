insert into event (space_id, profile_id, timestamp, message_id, type, name, properties, context, source_id, received_at)
  select $1, r.profile_id, r.timestamp, r.message_id, r.type, r.name, r.properties::jsonb, r.context::jsonb, r.source_id, r.received_at
  from unnest($2::uuid[], $3::timestamptz[],
  $4::text[], $5::text[], $6::text[],
  $7::text[], $8::text[], $9::text[],
  $10::timestamptz[])
  as r (profile_id, timestamp, message_id, type, name, properties, context, source_id, received_at)
