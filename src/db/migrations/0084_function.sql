-- Code that customers write. What is saved is a version; only the deployed one runs. `settings`: which values it asks for, each instance has its own.
create table function (
  space_id text not null,
  id text not null,
  kind text not null check (kind in ('SOURCE', 'DESTINATION', 'INSERT_DESTINATION', 'INSERT_SOURCE')),
  name text not null,
  description text not null,
  logo_url text,
  settings jsonb not null,
  latest integer not null,
  deployed integer,
  deployed_at timestamptz,
  created_by text not null,
  updated_by text not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (space_id, id)
);

-- Never changed: to go back to one makes it again as the latest.
create table function_version (
  space_id text not null,
  function_id text not null,
  number integer not null,
  code text not null,
  handlers jsonb not null,
  restored_from integer,
  created_by text not null,
  created_at timestamptz not null,
  primary key (space_id, function_id, number)
);

-- Where a function hangs: on a source or a destination, at most one on each. `secrets`: the sensitive values, sealed.
create table function_instance (
  space_id text not null,
  id text not null,
  function_id text not null,
  integration_id text not null,
  name text not null,
  enabled boolean not null,
  settings jsonb not null,
  secrets text,
  limit_seconds integer not null check (limit_seconds between 1 and 60),
  created_by text not null,
  updated_by text not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (space_id, id),
  unique (space_id, integration_id)
);
create index function_instance_of on function_instance (space_id, function_id);
