-- Conditions (FQL) under which calls are dropped at the door, of one source or, with integration_id the space's own id, of all. Their order is
-- the order in which they are asked: the first that fits drops the call and is counted for it.
create table event_filter (
  space_id text not null,
  id text not null,
  integration_id text not null,
  name text not null,
  description text not null default '',
  condition text not null,
  enabled boolean not null,
  position integer not null,
  created_by text not null,
  updated_by text not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (space_id, id)
);

-- Which sources have rules at the door, and a number that grows with every change of them: what is compiled is kept as long as it stays.
create table source_gate (
  space_id text not null,
  source_id text not null,
  revision bigint not null,
  primary key (space_id, source_id)
);
