-- A request to suppress people or to erase them, and how far it is (spec/audiences §22.3). `removed` counts rows by table while it runs.
create table regulation (
  space_id text not null,
  id text not null,
  type text not null check (type in ('SUPPRESS_ONLY', 'UNSUPPRESS', 'SUPPRESS_WITH_DELETE', 'DELETE_ONLY', 'SUPPRESS_WITH_DELETE_INTERNAL', 'DELETE_INTERNAL')),
  status text not null check (status in ('INITIALIZED', 'RUNNING', 'FINISHED', 'FAILED')),
  subject_count integer not null,
  requested_by text not null,
  created_at timestamptz not null,
  finished_at timestamptz,
  removed jsonb not null default '{}',
  error text,
  attempts integer not null default 0,
  due_at timestamptz,
  claim text,
  claimed_until timestamptz,
  primary key (space_id, id)
);
create index regulation_due on regulation (due_at) where due_at is not null;
create index regulation_by_time on regulation (space_id, created_at);

-- One person of a request. When it is finished, `value` is null and `profile_ids` is empty: of who was erased only the hash is left.
create table regulation_subject (
  space_id text not null,
  regulation_id text not null,
  hash text not null,
  type text not null,
  value text,
  status text not null check (status in ('INITIALIZED', 'FORGOTTEN', 'FINISHED')),
  profile_ids uuid[] not null default '{}',
  forgotten_at timestamptz,
  finished_at timestamptz,
  primary key (space_id, regulation_id, hash)
);

-- Identifiers whose calls are not taken: those that were named (`root` is their own hash) and what their person was known by besides.
-- `value` is null once she is erased.
create table suppressed_identifier (
  space_id text not null,
  hash text not null,
  root text not null,
  type text not null,
  value text,
  suppressed_by text not null,
  suppressed_at timestamptz not null,
  primary key (space_id, hash)
);
create index suppressed_identifier_by_root on suppressed_identifier (space_id, root);

-- What the owner of an erased address had said no to, and whether it was suppressed: by the hash of the address. It holds until the owner
-- herself subscribes again.
create table opt_out_tombstone (
  space_id text not null,
  hash text not null,
  -- The subscription group that was left; '' for the whole channel.
  group_id text not null default '',
  state text not null check (state in ('unsubscribed', 'suppressed')),
  kept_at timestamptz not null,
  primary key (space_id, hash, group_id)
);
