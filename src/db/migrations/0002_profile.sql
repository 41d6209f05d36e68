-- A person (collection `users`) or an account (`accounts`). `identifiers` repeats profile_identifier by profile, newest value first,
-- {"email": ["a@example.com"]}: conditions and sends ask by profile, resolution asks by value, and on a cluster these live on different shards.
create table profile (
  space_id text not null,
  id uuid not null,
  collection text not null default 'users',
  traits jsonb not null default '{}',
  trait_times jsonb not null default '{}',
  identifiers jsonb not null default '{}',
  merged_into uuid,
  merge_count integer not null default 0,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  last_seen_at timestamptz,
  primary key (space_id, id)
);

create table profile_identifier (
  space_id text not null,
  collection text not null default 'users',
  type text not null,
  value text not null,
  profile_id uuid not null,
  source_id text,
  message_id text,
  created_at timestamptz not null,
  primary key (space_id, collection, type, value)
);
-- People are looked up by the beginning of any of their identifiers.
create index profile_identifier_by_text on profile_identifier (space_id, value text_pattern_ops);

-- Which profile went into which, and by which call: the identity graph's edges.
create table profile_merge (
  space_id text not null,
  profile_id uuid not null,
  loser_id uuid not null,
  message_id text,
  merged_at timestamptz not null,
  primary key (space_id, profile_id, loser_id)
);

-- Limits and priorities of identity resolution, one row a type and space (spec/audiences §5.2). A type without a row, and a column that is
-- null, has the defaults. `seen` rows were not written by a person: the type turned up in `context.externalIds`, so no trait is read for it.
create table identifier_rule (
  space_id text not null,
  type text not null,
  value_limit integer not null,
  period text not null default 'ever' check (period in ('ever', 'weekly', 'monthly', 'annually')),
  priority integer,
  blocked jsonb,
  seen boolean not null default false,
  primary key (space_id, type)
);

-- People and their accounts, many to many: made by group calls.
create table profile_link (
  space_id text not null,
  profile_id uuid not null,
  account_id uuid not null,
  created_at timestamptz not null,
  primary key (space_id, profile_id, account_id)
);
create index profile_link_by_account on profile_link (space_id, account_id);

-- What changed about a profile since it was last evaluated. Claimed and deleted in the evaluating transaction, never read by cursor:
-- sequences commit out of order.
create table profile_change (
  space_id text not null,
  profile_id uuid not null,
  id uuid not null,
  event_names text[] not null default '{}',
  trait_keys text[] not null default '{}',
  changed_at timestamptz not null,
  claim uuid,
  primary key (space_id, profile_id, id)
);
create index profile_change_free on profile_change (space_id, changed_at) where claim is null;
create index profile_change_claim on profile_change (space_id, claim) where claim is not null;
