create table journey (
  space_id text not null,
  id text not null,
  key text not null,
  name text not null,
  description text not null default '',
  status text not null default 'draft' check (status in ('draft', 'live', 'paused', 'archived')),
  draft jsonb,
  live_version integer,
  -- Who qualified before this instant does not enter: it is when the journey was published, or resumed after a pause.
  entries_from timestamptz,
  created_by text not null,
  updated_by text not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  deleted_at timestamptz,
  primary key (space_id, id),
  unique (space_id, key)
);

create table journey_version (
  space_id text not null,
  journey_id text not null,
  version integer not null,
  definition jsonb not null,
  status text not null check (status in ('live', 'draining', 'archived')),
  published_by text not null,
  published_at timestamptz not null,
  primary key (space_id, journey_id, version)
);

-- A run is a row. It belongs to one cohort at a time: whoever moves it takes it away. `held` runs wait in a hold step.
-- Marks say which events are behind the run, since its entry and since it came to its step: an instant (ISO), then, where an event brought
-- it there, that event's place among those of the instant. They compare as text, so that an event told twice is handled once.
-- A run that has ended keeps its cohort: what is done for those who just moved finds them by it, also when they moved to the end.
create table journey_run (
  space_id text not null,
  profile_id uuid not null,
  id uuid not null,
  journey_id text not null,
  version integer not null,
  entry_key text not null,
  identifier text not null default '',
  branch text not null default '',
  root_id uuid not null,
  step text,
  cohort_id uuid,
  visit integer not null default 0,
  loops integer not null default 0,
  status text not null default 'active' check (status in ('active', 'held', 'completed', 'exited')),
  end_reason text,
  context jsonb not null default '{}',
  entered_at timestamptz not null,
  entered_mark text collate "C" not null,
  arrived_at timestamptz not null,
  arrived_mark text collate "C" not null,
  due_at timestamptz,
  ended_at timestamptz,
  primary key (space_id, profile_id, id),
  unique (space_id, journey_id, profile_id, entry_key, branch)
);
-- One run at a time for a person and what tells their runs apart (spec/journeys §3.2.3); finished ones do not stand in the way.
-- "Not ended" and not "active or held": before the first analyze the planner takes an `in` for 1 row in 100 and then reads one of these
-- whole for a cohort, instead of the cohort's own index (2.3 s a move against 0.1 s, 10 cohorts of 10,000).
create unique index journey_run_going on journey_run (space_id, journey_id, profile_id, identifier, branch)
  where status not in ('completed', 'exited');
create index journey_run_by_step on journey_run (space_id, journey_id, version, step) where status not in ('completed', 'exited');
create index journey_run_by_cohort on journey_run (space_id, cohort_id);

-- The runs that stand at one step and move on together. `outcome` is what its advance answered, so that asking again answers the same.
-- `carrier` is the cohort whose workflow walks this one; `depth` counts the moves since entry.
create table journey_cohort (
  space_id text not null,
  id uuid not null,
  journey_id text not null,
  version integer not null,
  carrier uuid not null,
  depth integer not null,
  step text not null,
  due_at timestamptz,
  run_count integer not null,
  outcome jsonb,
  created_at timestamptz not null,
  ended_at timestamptz,
  primary key (space_id, id)
);
create index journey_cohort_standing on journey_cohort (space_id, carrier) where ended_at is null;

-- Append-only: one row a move. `id` counts the moves of the run, 0 is its entry.
create table journey_transition (
  space_id text not null,
  profile_id uuid not null,
  run_id uuid not null,
  id integer not null,
  step text,
  branch text,
  next_step text,
  happened_at timestamptz not null,
  evidence jsonb,
  primary key (space_id, profile_id, run_id, id)
);

-- Somebody who would have entered and may not: seen by people, acted on by nobody.
create table journey_refusal (
  space_id text not null,
  profile_id uuid not null,
  id uuid not null,
  journey_id text not null,
  reason text not null check (reason in ('no_identifier', 'long_identifier', 'too_many_runs')),
  evidence jsonb not null default '{}',
  happened_at timestamptz not null,
  primary key (space_id, profile_id, id)
);
