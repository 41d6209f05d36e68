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

-- Who carries a channel's messages: one row an account, settings hold keys and addresses. The oldest enabled one of a channel is used.
-- `policy` is for messages of which nobody knows whether the provider got them.
create table provider_account (
  space_id text not null,
  id text not null,
  channel text not null check (channel in ('email', 'sms', 'whatsapp', 'push')),
  kind text not null check (kind in ('smtp', 'sendgrid', 'twilio', 'fcm')),
  name text not null,
  settings jsonb not null,
  rate_per_second integer not null check (rate_per_second > 0),
  policy text not null default 'at-most-once' check (policy in ('at-most-once', 'at-least-once')),
  enabled boolean not null default true,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (space_id, id)
);

-- What changes while an account works, apart from its definition (distribution R11). `stopped`: nothing is sent before `retry_at`, messages wait.
create table provider_account_state (
  space_id text not null,
  account_id text not null,
  status text not null check (status in ('working', 'stopped')),
  reason text,
  retry_at timestamptz,
  updated_at timestamptz not null,
  primary key (space_id, account_id)
);

-- One send to one address. `address` and `address_type` (an identifier type) are chosen when it is sent, except where the row is for one
-- device or a test. `claim` stays on a row that became `uncertain`, so that an answer that comes late still finds it.
create table message (
  space_id text not null,
  profile_id uuid not null,
  id uuid not null,
  key text not null,
  channel text not null,
  provider_account_id text,
  template_id text not null,
  template_version integer not null,
  purpose text not null default 'marketing' check (purpose in ('marketing', 'transactional', 'test')),
  group_id text,
  address text,
  address_type text,
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
create index message_due on message (space_id, provider_account_id, due_at, profile_id, id) where status = 'queued' and claim is null;
create index message_claimed on message (space_id, claim) where claim is not null;
create index message_leased on message (space_id, provider_account_id, claimed_at) where claim is not null and status in ('queued', 'sending');
create index message_by_provider_id on message (space_id, provider_message_id) where provider_message_id is not null;
create index message_by_journey on message (space_id, journey_id, step) where journey_id is not null;
create index message_by_id on message (space_id, id);
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
