-- How often each source sent each event that was let in, by the hour it was received in: what volumes are compared by. A row is only ever added to.
create table event_hour (
  space_id text not null,
  hour timestamptz not null,
  source_id text not null,
  type text not null,
  name text not null,
  count bigint not null,
  primary key (space_id, hour, source_id, type, name)
) with (fillfactor = 70);

-- One row an incident: what of a source is wrong since when, and since when no more. `subjects`: its events, each with its figures.
create table alert (
  space_id text not null,
  id uuid not null,
  kind text not null check (kind in ('volume_drop', 'volume_surge', 'violations')),
  source_id text not null,
  opened_at timestamptz not null,
  closed_at timestamptz,
  subjects jsonb not null,
  told text not null check (told in ('nobody', 'waiting', 'sent', 'failed')),
  told_at timestamptz,
  told_error text,
  primary key (space_id, id)
);
create index alert_newest on alert (space_id, opened_at desc);
create index alert_open on alert (space_id) where closed_at is null;

-- Up to which hour a space's volumes were looked at. Who looks holds it.
create table alert_check (
  space_id text primary key,
  hour timestamptz not null
);

-- What a space wants to hear of, and where. No row: everything, in the app only.
create table alert_setting (
  space_id text primary key,
  volume boolean not null,
  violations boolean not null,
  url text,
  secret text not null,
  updated_by text not null,
  updated_at timestamptz not null
);

create index violation_hour_of_space on violation_hour (space_id, hour);
