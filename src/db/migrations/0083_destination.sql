-- A tool that gets the calls of one source: `tool` is its catalogue entry. Secrets in `settings` are sealed. `rate_per_second` null: the tool's own.
create table destination (
  space_id text not null,
  id text not null,
  source_id text not null,
  tool text not null,
  name text not null,
  enabled boolean not null,
  settings jsonb not null,
  rate_per_second integer check (rate_per_second > 0),
  retry_minutes integer not null default 240 check (retry_minutes >= 0),
  created_by text not null,
  updated_by text not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (space_id, id),
  unique (space_id, source_id, name)
);

-- Which calls become which request of a tool. Segment calls it a subscription, which is another noun here.
create table mapping (
  space_id text not null,
  id text not null,
  destination_id text not null,
  name text not null,
  action text not null,
  trigger text not null,
  fields jsonb not null,
  enabled boolean not null,
  position integer not null,
  created_by text not null,
  updated_by text not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (space_id, id)
);
create index mapping_of_destination on mapping (space_id, destination_id, position);

-- Which calls a destination does not get, or gets without some of their properties.
create table destination_filter (
  space_id text not null,
  id text not null,
  destination_id text not null,
  title text not null,
  description text not null default '',
  condition text not null,
  actions jsonb not null,
  enabled boolean not null,
  created_by text not null,
  updated_by text not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (space_id, id)
);
create index destination_filter_of_destination on destination_filter (space_id, destination_id, created_at);

-- The events of a source that a tool does not get, by a switch of the schema page. No row: it gets them.
create table integration_filter (
  space_id text not null,
  source_id text not null,
  type text not null,
  name text not null,
  tool text not null,
  updated_by text not null,
  updated_at timestamptz not null,
  primary key (space_id, source_id, type, name, tool)
);

-- Which worker calls a destination now: its rate is kept by one.
create table destination_hold (
  space_id text not null,
  destination_id text not null,
  holder uuid not null,
  held_until timestamptz not null,
  taken_at timestamptz not null,
  primary key (space_id, destination_id)
);

-- One call for one destination. `payload`: the call as it left its source's rules; taken away when it is finished, but of what failed and of a
-- sample. `done`: the mappings whose request has its last answer, with it: another attempt repeats only the others. `tried_at`: when the first attempt
-- began, which the retry window is counted from.
create table event_delivery (
  space_id text not null,
  profile_id uuid not null,
  id uuid not null,
  destination_id text not null,
  message_id text not null,
  type text not null,
  name text not null,
  payload jsonb,
  replay boolean not null default false,
  status text not null default 'queued' check (status in ('queued', 'sending', 'delivered', 'filtered', 'discarded', 'failed')),
  reason text,
  detail text,
  warnings jsonb not null default '[]',
  done jsonb not null default '{}',
  attempts integer not null default 0,
  due_at timestamptz not null,
  claim uuid,
  claimed_at timestamptz,
  received_at timestamptz not null,
  tried_at timestamptz,
  finished_at timestamptz,
  primary key (space_id, profile_id, id)
);
create index event_delivery_due on event_delivery (space_id, destination_id, due_at) where status = 'queued';
create index event_delivery_claimed on event_delivery (space_id, destination_id, claimed_at) where status = 'sending';
create index event_delivery_message on event_delivery (space_id, destination_id, message_id);
create index event_delivery_of_destination on event_delivery (space_id, destination_id, received_at);
create index event_delivery_received on event_delivery (space_id, received_at);

-- One request of one mapping, and what the tool answered; without what authorises it.
create table delivery_attempt (
  space_id text not null,
  profile_id uuid not null,
  delivery_id uuid not null,
  attempt integer not null,
  mapping_id text not null,
  outcome text not null check (outcome in ('delivered', 'retry', 'failed')),
  reason text,
  status integer,
  request jsonb not null,
  response text,
  duration_ms integer not null,
  at timestamptz not null,
  primary key (space_id, profile_id, delivery_id, attempt, mapping_id)
);
create index delivery_attempt_at on delivery_attempt (space_id, at);
