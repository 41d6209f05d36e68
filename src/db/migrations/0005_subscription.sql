-- State of one address on one channel. No row is the fourth state: known, but never given by its owner (spec/messaging §1.1).
create table subscription (
  space_id text not null,
  channel text not null,
  address text not null,
  status text not null check (status in ('subscribed', 'unsubscribed', 'did-not-subscribe')),
  locked boolean not null default false,
  origin text not null,
  updated_at timestamptz not null,
  primary key (space_id, channel, address)
);

create table subscription_group (
  space_id text not null,
  id text not null,
  name text not null,
  description text not null default '',
  created_at timestamptz not null,
  primary key (space_id, id),
  unique (space_id, name)
);

create table group_subscription (
  space_id text not null,
  address text not null,
  group_id text not null,
  status text not null check (status in ('subscribed', 'unsubscribed', 'did-not-subscribe')),
  updated_at timestamptz not null,
  primary key (space_id, address, group_id)
);

create table subscription_change (
  space_id text not null,
  address text not null,
  id uuid not null,
  channel text not null,
  group_id text,
  status text not null,
  previous text,
  origin text not null,
  changed_at timestamptz not null,
  primary key (space_id, address, id)
);
