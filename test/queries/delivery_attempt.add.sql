insert into delivery_attempt (space_id, profile_id, delivery_id, attempt, mapping_id, outcome, reason, status, request, response, duration_ms, at)
  select $1, r.profile_id, r.delivery_id, r.attempt, r.mapping_id, r.outcome, r.reason, r.status, r.request, r.response, r.duration_ms, r.at
  from unnest($2::uuid[], $3::uuid[],
  $4::int[], $5::text[],
  $6::text[], $7::text[], $8::int[],
  $9::jsonb[], $10::text[],
  $11::int[], $12::timestamptz[])
  as r (profile_id, delivery_id, attempt, mapping_id, outcome, reason, status, request, response, duration_ms, at)
  on conflict do nothing
