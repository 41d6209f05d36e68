-- An immutable call. `name` is the track event's name, `Page Viewed` / `Screen Viewed` for page and screen, the call's type otherwise.
create table event (
  space_id text not null,
  profile_id uuid not null,
  timestamp timestamptz not null,
  message_id text not null,
  type text not null,
  name text not null,
  properties jsonb not null default '{}',
  context jsonb not null default '{}',
  source_id text not null,
  received_at timestamptz not null,
  primary key (space_id, profile_id, timestamp, message_id)
) partition by range (timestamp);
-- Months are made when they are first needed. What no clock of today writes shares one partition before and one after them.
create table event_before_2000 partition of event for values from (minvalue) to ('2000-01-01T00:00:00Z');
create table event_after_2100 partition of event for values from ('2100-01-01T00:00:00Z') to (maxvalue);
create index event_by_profile on event (space_id, profile_id, name, timestamp);
create index event_by_name on event (space_id, name, timestamp);

-- Deduplication: no unique key on the partitioned table can hold it, because `timestamp` is corrected per delivery.
create table event_seen (
  space_id text not null,
  message_id text not null,
  received_at timestamptz not null,
  primary key (space_id, message_id)
);

-- Event names that a live journey waits for: only these go to the outbox.
create table event_interest (
  space_id text not null,
  name text not null,
  consumer text not null,
  primary key (space_id, name, consumer)
);

-- What happened and must be told to a reaction. Claimed, handed over, deleted when all reactions succeeded.
create table outbox (
  space_id text not null,
  profile_id uuid not null,
  id uuid not null,
  topic text not null,
  payload jsonb not null default '{}',
  created_at timestamptz not null,
  due_at timestamptz not null,
  attempts integer not null default 0,
  last_error text,
  claim uuid,
  claimed_at timestamptz,
  primary key (space_id, profile_id, id)
);
create index outbox_free on outbox (space_id, due_at) where claim is null;
create index outbox_claim on outbox (space_id, claim) where claim is not null;
