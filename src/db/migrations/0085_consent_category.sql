-- A purpose for which people let their data be used, and the tools that use it for that. Where it is switched off, nothing is asked for it.
create table consent_category (
  space_id text not null,
  id text not null,
  name text not null,
  tools text[] not null,
  enabled boolean not null,
  created_by text not null,
  updated_by text not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (space_id, id)
);
