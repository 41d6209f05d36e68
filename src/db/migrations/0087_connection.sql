-- An audience or a computed trait attached to a destination: who enters, exits or has another value is told there. `names`: what its track calls are
-- called where not as usual. Removing one forgets it; switched off it stays as it is.
create table connection (
  space_id text not null,
  id text not null,
  kind text not null check (kind in ('audience', 'computed_trait')),
  computation_id text not null,
  destination_id text not null,
  enabled boolean not null,
  send_track boolean not null,
  send_identify boolean not null,
  names jsonb not null default '{}',
  created_by text not null,
  updated_by text not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (space_id, id),
  unique (space_id, computation_id, destination_id)
);

-- How far a connection is. `live`: both sides are switched on and whoever changes is told at once. `since`: only whose change is later is told at all;
-- null: everybody. `passing`: all whom it may be about are being looked at in the order of their ids, up to `reached`; `again`: also who was told
-- already. `resync` counts how often that was asked for.
create table connection_state (
  space_id text not null,
  connection_id text not null,
  live boolean not null default false,
  since timestamptz,
  passing boolean not null default false,
  again boolean not null default false,
  resync integer not null default 0,
  reached uuid,
  synced_at timestamptz,
  primary key (space_id, connection_id)
);

-- What a destination knows of somebody by a connection: the value, and under which identifiers. No row: nothing, or that it is over.
create table connection_told (
  space_id text not null,
  profile_id uuid not null,
  connection_id text not null,
  value jsonb not null,
  ids jsonb not null,
  told_at timestamptz not null,
  primary key (space_id, profile_id, connection_id)
);
create index connection_told_of on connection_told (space_id, connection_id, profile_id);

-- Computed traits of which somebody wants to hear: only their values go to the outbox.
create table computed_interest (
  space_id text not null,
  computed_trait_id text not null,
  consumer text not null,
  primary key (space_id, computed_trait_id, consumer)
);
