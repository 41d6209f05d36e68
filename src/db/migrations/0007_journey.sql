create table journey (
  space_id text not null,
  id text not null,
  key text not null,
  name text not null,
  description text not null default '',
  status text not null default 'draft' check (status in ('draft', 'live', 'paused', 'archived')),
  draft jsonb,
  live_version integer,
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
create table journey_run (
  space_id text not null,
  profile_id uuid not null,
  id uuid not null,
  journey_id text not null,
  version integer not null,
  entry_key text not null,
  branch text not null default '',
  root_id uuid not null,
  step text,
  cohort_id uuid,
  visit integer not null default 0,
  status text not null default 'active' check (status in ('active', 'held', 'completed', 'exited')),
  end_reason text,
  context jsonb not null default '{}',
  entered_at timestamptz not null,
  arrived_at timestamptz not null,
  due_at timestamptz,
  ended_at timestamptz,
  primary key (space_id, profile_id, id),
  unique (space_id, journey_id, profile_id, entry_key, branch)
);
create index journey_run_by_cohort on journey_run (space_id, cohort_id) where status in ('active', 'held');
create index journey_run_by_step on journey_run (space_id, journey_id, version, step) where status in ('active', 'held');

create table journey_cohort (
  space_id text not null,
  id uuid not null,
  journey_id text not null,
  version integer not null,
  step text,
  due_at timestamptz,
  outcome jsonb,
  created_at timestamptz not null,
  ended_at timestamptz,
  primary key (space_id, id)
);

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
