-- Folders of a space hold audiences and computed traits. Nothing is deleted with one: what was in it goes back to the root.
create table folder (
  space_id text not null,
  id text not null,
  name text not null,
  description text not null default '',
  created_by text not null,
  updated_by text not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (space_id, id),
  unique (space_id, name)
);
alter table audience add folder_id text;
alter table computed_trait add folder_id text;

-- What every version of a definition said, who saved it and when. Names and descriptions are no part of it.
create table computation_version (
  space_id text not null,
  computation_id text not null,
  version integer not null,
  definition jsonb not null,
  options jsonb not null,
  saved_by text not null,
  saved_at timestamptz not null,
  restored_from integer,
  primary key (space_id, computation_id, version)
);
insert into computation_version (space_id, computation_id, version, definition, options, saved_by, saved_at)
  select space_id, id, version, condition, options, updated_by, updated_at from audience
  union all select space_id, id, version, definition, options, updated_by, updated_at from computed_trait;
