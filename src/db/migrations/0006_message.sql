create table template (
  space_id text not null,
  id text not null,
  key text not null,
  name text not null,
  channel text not null check (channel in ('email', 'sms', 'whatsapp', 'push')),
  version integer not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  deleted_at timestamptz,
  primary key (space_id, id),
  unique (space_id, key)
);

-- Immutable. `source` is what a person wrote, `compiled` what a send renders (MJML compiled once).
create table template_version (
  space_id text not null,
  template_id text not null,
  version integer not null,
  source jsonb not null,
  compiled jsonb not null,
  created_at timestamptz not null,
  primary key (space_id, template_id, version)
);

-- Who carries a channel's messages: one row an account, settings hold keys and addresses.
create table provider_account (
  space_id text not null,
  id text not null,
  channel text not null,
  kind text not null,
  settings jsonb not null,
  rate_per_second integer not null,
  created_at timestamptz not null,
  primary key (space_id, id)
);

create table message (
  space_id text not null,
  profile_id uuid not null,
  id uuid not null,
  key text not null,
  channel text not null,
  provider_account_id text not null,
  template_id text not null,
  template_version integer not null,
  purpose text not null default 'marketing' check (purpose in ('marketing', 'transactional', 'test')),
  group_id text,
  address text,
  variables jsonb not null default '{}',
  journey_id text,
  run_id uuid,
  step text,
  status text not null default 'queued' check (status in ('queued', 'sending', 'sent', 'skipped', 'failed', 'uncertain')),
  reason text,
  attempts integer not null default 0,
  due_at timestamptz not null,
  claim uuid,
  claimed_at timestamptz,
  provider_message_id text,
  created_at timestamptz not null,
  sent_at timestamptz,
  primary key (space_id, profile_id, id),
  unique (space_id, profile_id, key)
);
create index message_due on message (space_id, provider_account_id, due_at) where status = 'queued' and claim is null;
create index message_claimed on message (space_id, claim) where claim is not null;
create index message_by_journey on message (space_id, journey_id, step) where journey_id is not null;
create index message_by_time on message (space_id, created_at);

-- What the provider said afterwards. `id` follows from the provider's own event id, so a repeated webhook changes nothing.
create table delivery_event (
  space_id text not null,
  profile_id uuid not null,
  id uuid not null,
  message_id uuid not null,
  kind text not null,
  happened_at timestamptz not null,
  detail jsonb not null default '{}',
  primary key (space_id, profile_id, id)
);
create index delivery_event_by_message on delivery_event (space_id, profile_id, message_id);
