-- A file of an audience's members or a computed trait's values. The job is claimed by a worker; a claim that lapses is taken over, and the
-- file begun anew. Its parts are CSV, each compressed by itself, so that they follow each other into one stream.
create table export (
  space_id text not null,
  id text not null,
  kind text not null check (kind in ('audience', 'computed_trait')),
  computation_id text not null,
  request jsonb not null,
  status text not null default 'RUNNING' check (status in ('RUNNING', 'COMPLETED', 'FAILED')),
  requested_by text not null,
  started_at timestamptz not null,
  finished_at timestamptz,
  snapshot_at timestamptz,
  expires_at timestamptz,
  expected bigint not null default 0,
  people bigint not null default 0,
  error text,
  claim text,
  claimed_until timestamptz,
  attempts integer not null default 0,
  primary key (space_id, id)
);
create index export_by_computation on export (space_id, computation_id, started_at);
create index export_running on export (started_at) where status = 'RUNNING';
create index export_by_expiry on export (expires_at) where expires_at is not null;

create table export_part (
  space_id text not null,
  export_id text not null,
  part integer not null,
  content bytea not null,
  primary key (space_id, export_id, part)
);
