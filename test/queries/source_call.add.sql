insert into source_call (space_id, source_id, id, received_at, type, name, message_id, status, profile_id, problems, changes, raw)
  select $1, $2, r.id, r.received_at, r.type, r.name, r.message_id, r.status, r.profile_id, r.problems::jsonb, r.changes::jsonb, r.raw
  from unnest($3::uuid[], $4::timestamptz[],
  $5::text[], $6::text[], $7::text[],
  $8::text[], $9::uuid[],
  $10::text[], $11::text[], $12::text[])
  as r (id, received_at, type, name, message_id, status, profile_id, problems, changes, raw)
  on conflict do nothing
