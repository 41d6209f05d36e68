insert into outbox (space_id, profile_id, id, topic, payload, created_at, due_at)
  select $1, r.profile_id, r.id, r.topic, r.payload::jsonb, $2::timestamptz, $3::timestamptz
  from unnest($4::uuid[], $5::uuid[], $6::text[],
  $7::text[]) as r (profile_id, id, topic, payload)
  on conflict do nothing
