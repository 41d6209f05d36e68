insert into violation_hour (space_id, source_id, hour, id, plan_id, event_type, event_name, type, field, description, count, blocked, sample, last_at)
  select $1, r.source_id, r.hour, r.id, r.plan_id, r.event_type, r.event_name, r.type, r.field, r.description, r.count, r.blocked, r.sample, r.last_at
  from unnest($2::text[], $3::timestamptz[], $4::text[],
  $5::text[], $6::text[],
  $7::text[], $8::text[],
  $9::text[], $10::text[],
  $11::bigint[], $12::bigint[], $13::text[],
  $14::timestamptz[])
  as r (source_id, hour, id, plan_id, event_type, event_name, type, field, description, count, blocked, sample, last_at)
  on conflict (space_id, source_id, hour, id) do update set count = violation_hour.count + excluded.count,
  blocked = violation_hour.blocked + excluded.blocked, last_at = greatest(violation_hour.last_at, excluded.last_at)
