insert into suppression (space_id, channel, address, reason, profile_id, message_id, detail, suppressed_at)
  select $1, r.channel, r.address, r.reason, r.profile_id, r.message_id, r.detail::jsonb, r.suppressed_at
  from unnest($2::text[], $3::text[], $4::text[],
  $5::uuid[], $6::uuid[], $7::text[],
  $8::timestamptz[]) as r (channel, address, reason, profile_id, message_id, detail, suppressed_at)
  on conflict do nothing
