-- Definitions. Their changing state lives in a table of its own (distribution R11).
create table audience (
  space_id text not null,
  id text not null,
  key text not null,
  name text not null,
  description text not null default '',
  condition jsonb not null,
  options jsonb not null default '{}',
  enabled boolean not null default true,
  version integer not null default 1,
  created_by text not null,
  updated_by text not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  deleted_at timestamptz,
  primary key (space_id, id),
  unique (space_id, key)
);

-- `evaluated_at` is the instant up to which membership is exact; `evaluated_version` the definition it was computed with.
create table audience_state (
  space_id text not null,
  audience_id text not null,
  status text not null default 'Preparing',
  reason text,
  evaluated_at timestamptz,
  evaluated_version integer not null default 0,
  member_count bigint not null default 0,
  next_instant timestamptz,
  primary key (space_id, audience_id)
);

create table audience_evaluation (
  space_id text not null,
  audience_id text not null,
  id uuid not null,
  mode text not null,
  evaluated_at timestamptz not null,
  duration_ms integer not null,
  candidates bigint,
  entered bigint not null default 0,
  exited bigint not null default 0,
  error text,
  primary key (space_id, audience_id, id)
);

create table membership (
  space_id text not null,
  audience_id text not null,
  profile_id uuid not null,
  entered_at timestamptz not null,
  primary key (space_id, audience_id, profile_id)
);
create index membership_by_profile on membership (space_id, profile_id);

-- Append-only: replaying it gives membership (G4).
create table membership_change (
  space_id text not null,
  profile_id uuid not null,
  id uuid not null,
  audience_id text not null,
  change text not null check (change in ('entered', 'exited')),
  changed_at timestamptz not null,
  primary key (space_id, profile_id, id)
);
create index membership_change_by_audience on membership_change (space_id, audience_id, changed_at);

create table computed_trait (
  space_id text not null,
  id text not null,
  key text not null,
  name text not null,
  description text not null default '',
  definition jsonb not null,
  enabled boolean not null default true,
  version integer not null default 1,
  created_by text not null,
  updated_by text not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  deleted_at timestamptz,
  primary key (space_id, id),
  unique (space_id, key)
);

create table computed_trait_state (
  space_id text not null,
  computed_trait_id text not null,
  status text not null default 'Preparing',
  reason text,
  evaluated_at timestamptz,
  evaluated_version integer not null default 0,
  next_instant timestamptz,
  primary key (space_id, computed_trait_id)
);

-- Kept beside the profile, like membership, so that one diff serves both and no profile row is rewritten by an evaluation.
create table computed_value (
  space_id text not null,
  computed_trait_id text not null,
  profile_id uuid not null,
  value jsonb not null,
  changed_at timestamptz not null,
  primary key (space_id, computed_trait_id, profile_id)
);
create index computed_value_by_profile on computed_value (space_id, profile_id);
