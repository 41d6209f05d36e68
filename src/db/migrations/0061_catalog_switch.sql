-- What somebody said of an event of a source, of one of its properties (path), or of a trait (type identify or group, no name): it is let in
-- or not, and whether it still belongs on the page. A row that lets it in is a name that was added by hand.
create table catalog_switch (
  space_id text not null,
  source_id text not null,
  type text not null check (type in ('track', 'page', 'screen', 'identify', 'group')),
  name text not null,
  path text not null,
  enabled boolean not null,
  archived_at timestamptz,
  updated_by text not null,
  updated_at timestamptz not null,
  primary key (space_id, source_id, type, name, path)
);
