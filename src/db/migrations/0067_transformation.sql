-- What is changed in the calls of a source before they are stored, or, with a destination, before that tool gets them. At most one for each source,
-- type, event and destination: which of two comes first is never a question. `destination` is empty for the source's own.
create table transformation (
  space_id text not null,
  id text not null,
  source_id text not null,
  destination text not null default '',
  type text not null check (type in ('track', 'identify', 'group')),
  event text not null default '',
  name text not null,
  enabled boolean not null,
  definition jsonb not null,
  created_by text not null,
  updated_by text not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (space_id, id),
  unique (space_id, source_id, type, event, destination)
);

-- What rules at the door did to a call, in words.
alter table source_call add column changes jsonb not null default '[]';
