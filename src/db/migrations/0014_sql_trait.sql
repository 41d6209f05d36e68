-- Whether a token may see what a SQL trait's query answers and what the warehouse says about it (spec/audiences §8).
alter table api_token add column sees_personal_data boolean not null default true;

-- A Postgres database of the customer's that SQL traits are read from. The password is sealed with the installation's secret.
create table warehouse (
  space_id text not null,
  id text not null,
  name text not null,
  host text not null,
  port integer not null,
  database text not null,
  username text not null,
  password text not null,
  ssl text not null,
  created_by text not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  deleted_at timestamptz,
  primary key (space_id, id)
);

-- `times`: minutes of the day (UTC) at which it runs.
create table sql_trait (
  space_id text not null,
  id text not null,
  name text not null,
  description text not null default '',
  warehouse_id text not null,
  query text not null,
  times integer[] not null,
  enabled boolean not null default true,
  created_by text not null,
  updated_by text not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  deleted_at timestamptz,
  primary key (space_id, id)
);

-- `traits`: what the query answered at the last run that ended well, so that a column that is taken out is set to null. Whoever has the claim runs.
create table sql_trait_state (
  space_id text not null,
  sql_trait_id text not null,
  next_run_at timestamptz,
  run bigint not null default 0,
  attempts integer not null default 0,
  resync boolean not null default false,
  traits text[] not null default '{}',
  claim uuid,
  claimed_until timestamptz,
  primary key (space_id, sql_trait_id)
);
create index sql_trait_state_due on sql_trait_state (next_run_at);

create table sql_trait_run (
  space_id text not null,
  sql_trait_id text not null,
  number bigint not null,
  phase text not null check (phase in ('reading', 'telling', 'done', 'failed')),
  started_at timestamptz not null,
  finished_at timestamptz,
  traits text[] not null default '{}',
  rows bigint not null default 0,
  changed bigint not null default 0,
  created bigint not null default 0,
  missing bigint not null default 0,
  discarded bigint not null default 0,
  error_code text,
  error text,
  primary key (space_id, sql_trait_id, number)
);

-- `owner` is whose traits they are, written type:value; `member` the user of an account where the query names one. What the query answers now, while it is
-- read. Not logged: after a crash it is read again.
create unlogged table sql_trait_staged (
  space_id text not null,
  sql_trait_id text not null,
  owner text not null,
  member text not null,
  hash text not null,
  traits text not null,
  primary key (space_id, sql_trait_id, owner, member)
);

-- What was told last: a hash a row.
create table sql_trait_row (
  space_id text not null,
  sql_trait_id text not null,
  owner text not null,
  member text not null,
  hash text not null,
  primary key (space_id, sql_trait_id, owner, member)
);

-- What must be told: rows that are new or another. No hash: the row is gone; no traits then: others still speak for the same account.
create table sql_trait_change (
  space_id text not null,
  sql_trait_id text not null,
  owner text not null,
  member text not null,
  hash text,
  traits text,
  primary key (space_id, sql_trait_id, owner, member)
);
