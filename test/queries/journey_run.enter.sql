with entered as (
  insert into journey_run (space_id, profile_id, id, journey_id, version, entry_key, identifier, root_id, step, cohort_id, status,
  context, entered_at, entered_mark, arrived_at, arrived_mark, due_at)
  select $1, c.profile_id, c.id, $2::text, $3::integer, c.entry_key, c.identifier, c.id, $4::text,
  $5::uuid, $6::text, c.context::jsonb, $7::timestamptz, c.mark, $8::timestamptz, c.mark,
  $9::timestamptz
  from unnest($10::uuid[], $11::uuid[], $12::text[],
  $13::text[], $14::text[], $15::text[])
  as c (profile_id, id, entry_key, identifier, context, mark)
  on conflict do nothing returning 1)
  select count(*)::integer as entered from entered
