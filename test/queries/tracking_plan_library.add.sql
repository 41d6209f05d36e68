insert into tracking_plan_library (space_id, plan_id, library_id, events, synced_by, synced_at)
  values ($1, $2, $3, $4::jsonb, $5, $6::timestamptz)
  on conflict (space_id, plan_id, library_id) do update set events = excluded.events
