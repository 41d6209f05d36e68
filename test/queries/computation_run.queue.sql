insert into computation_run as r (space_id, computation_id, id, cause, lane, version, asked_by, queued_at, due_at)
  select $1, n.computation_id, n.id, n.cause, n.lane, n.version, n.asked_by, $2::timestamptz, $3::timestamptz
  from unnest($4::text[],
  $5::uuid[],
  $6::text[], $7::text[],
  $8::integer[], $9::text[]) as n (computation_id, id, cause, lane, version, asked_by)
  on conflict (space_id, computation_id) do update set
  id = case when r.finished_at is null and r.version = excluded.version then r.id else excluded.id end,
  cause = case when r.finished_at is null and (r.version = excluded.version or r.cause = 'new') then r.cause else excluded.cause end,
  lane = case when r.finished_at is null and (r.version = excluded.version or r.cause = 'new') then r.lane else excluded.lane end,
  asked_by = case when r.finished_at is null and r.version = excluded.version then r.asked_by else excluded.asked_by end,
  queued_at = case when r.finished_at is null and r.version = excluded.version then r.queued_at else excluded.queued_at end,
  started_at = case when r.finished_at is null and r.version = excluded.version then r.started_at end,
  at = case when r.finished_at is null and r.version = excluded.version then r.at end,
  steps = case when r.finished_at is null and r.version = excluded.version then r.steps else 1 end,
  done = case when r.finished_at is null and r.version = excluded.version then r.done else 0 end,
  version = excluded.version, due_at = excluded.due_at, finished_at = null, attempts = 0, drift = null
