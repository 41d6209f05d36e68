-- Who owns what. `write_key` and `api_token` are looked up before the space is known: reference tables on a cluster.
create table space (
  id text primary key,
  slug text not null unique,
  name text not null,
  settings jsonb not null default '{}',
  created_at timestamptz not null
);

create table source (
  space_id text not null,
  id text not null,
  name text not null,
  kind text not null default 'server',
  enabled boolean not null default true,
  created_at timestamptz not null,
  primary key (space_id, id)
);

create table write_key (
  key text primary key,
  space_id text not null,
  source_id text not null
);

-- Only the hash is kept: a token is shown once.
create table api_token (
  hash text primary key,
  space_id text not null,
  name text not null,
  created_at timestamptz not null
);
