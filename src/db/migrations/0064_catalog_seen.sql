-- What each source sent, by event, property and trait: when first and last, how often by day, of which types, and the values met most often.
-- The processes that take calls in count in memory and add what they counted every few seconds; a row is only ever written by its key.
create table catalog_seen (
  space_id text not null,
  source_id text not null,
  type text not null check (type in ('track', 'page', 'screen', 'identify', 'group')),
  name text not null,
  path text not null,
  first_at timestamptz not null,
  last_at timestamptz not null,
  days jsonb not null,
  kinds jsonb not null,
  frequent jsonb not null,
  primary key (space_id, source_id, type, name, path)
) with (fillfactor = 70);
