insert into event_delivery (space_id, profile_id, id, destination_id, message_id, type, name, payload, replay, replay_id, due_at, received_at)
  select $1, r.profile_id, r.id, r.destination_id, r.message_id, r.type, r.name, r.payload::jsonb, r.replay_id is not null, r.replay_id,
  r.received_at, r.received_at
  from unnest($2::uuid[], $3::uuid[], $4::text[],
  $5::text[], $6::text[], $7::text[],
  $8::text[], $9::text[],
  $10::timestamptz[])
  as r (profile_id, id, destination_id, message_id, type, name, payload, replay_id, received_at)
  on conflict do nothing
