insert into identity_refusal (space_id, profile_id, code, collection, type, value, other_id, reason, source_id, message_id, first_at, last_at)
  select $1, r.profile_id, r.code, r.collection, r.type, r.value, r.other_id, r.reason, r.source_id, r.message_id, r.at, r.at
  from unnest($2::uuid[], $3::text[],
  $4::text[], $5::text[],
  $6::text[], $7::uuid[],
  $8::text[], $9::text[],
  $10::text[], $11::timestamptz[])
  as r (profile_id, code, collection, type, value, other_id, reason, source_id, message_id, at)
  on conflict (space_id, profile_id, code, type, value) do update set
  other_id = excluded.other_id, reason = excluded.reason, last_at = greatest(identity_refusal.last_at, excluded.last_at)
