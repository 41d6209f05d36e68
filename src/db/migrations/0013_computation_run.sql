-- The full computation of an audience or computed trait: it waits for a place, is made in one step or in several, and says how far it is. One row
-- a computation, the last run. `due_at`: not before then; null: it was tried as often as it may be, and waits to be asked for. `at`: the instant that
-- its steps look from.
create table computation_run (
  space_id text not null,
  computation_id text not null,
  id uuid not null,
  cause text not null check (cause in ('new', 'edit', 'check')),
  lane text not null check (lane in ('new', 'edits', 'batch', 'checks')),
  version integer not null,
  asked_by text not null,
  queued_at timestamptz not null,
  due_at timestamptz,
  started_at timestamptz,
  finished_at timestamptz,
  at timestamptz,
  steps integer not null default 1,
  done integer not null default 0,
  attempts integer not null default 0,
  drift bigint,
  primary key (space_id, computation_id)
);

-- The steps of a run that is made in several: each looks at the people of one range of ids and is done once.
create table computation_step (
  space_id text not null,
  computation_id text not null,
  step integer not null,
  from_id uuid not null,
  to_id uuid not null,
  completed_at timestamptz,
  primary key (space_id, computation_id, step)
);

-- Whom the steps that are done found, and what they have: becomes membership or computed values in one go.
create table computation_found (
  space_id text not null,
  computation_id text not null,
  profile_id uuid not null,
  value jsonb,
  primary key (space_id, computation_id, profile_id)
);
