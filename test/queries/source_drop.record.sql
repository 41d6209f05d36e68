insert into source_drop (space_id, source_id, hour, code, subject, count, reason, sample, message_id, first_at, last_at)
  select $1, r.source_id, r.hour, r.code, r.subject, r.count, r.reason, r.sample, r.message_id, r.first_at, r.last_at
  from unnest($2::text[], $3::timestamptz[],
  $4::text[], $5::text[],
  $6::bigint[], $7::text[],
  $8::text[], $9::text[],
  $10::timestamptz[], $11::timestamptz[])
  as r (source_id, hour, code, subject, count, reason, sample, message_id, first_at, last_at)
  on conflict (space_id, source_id, hour, code, subject) do update set
  count = source_drop.count + excluded.count, last_at = greatest(source_drop.last_at, excluded.last_at)
