-- Files of people (validated as a whole, then done in the background by whoever holds the claim, part by part) and of calls (sent in pieces by
-- whoever reads the file; `reached` is how far they are). What is sent twice is known by its messageId.
create table import (
  space_id text not null,
  id text not null,
  kind text not null check (kind in ('profiles', 'calls')),
  source_id text not null,
  file_name text not null,
  bytes bigint not null,
  status text not null default 'RUNNING' check (status in ('RUNNING', 'COMPLETED', 'FAILED')),
  requested_by text not null,
  started_at timestamptz not null,
  finished_at timestamptz,
  -- Rows in the file; for calls that is not known before the end.
  expected bigint,
  -- People: the next part. Calls: the bytes of the file that are done.
  reached bigint not null default 0,
  taken bigint not null default 0,
  duplicates bigint not null default 0,
  refused bigint not null default 0,
  header jsonb not null default '[]',
  error text,
  claim text,
  claimed_until timestamptz,
  attempts integer not null default 0,
  primary key (space_id, id)
);
create index import_by_start on import (space_id, started_at);
create index import_running on import (started_at) where status = 'RUNNING' and kind = 'profiles';

create table import_part (
  space_id text not null,
  import_id text not null,
  part bigint not null,
  content bytea not null,
  primary key (space_id, import_id, part)
);

-- The first thousand lines of a file that were not taken, and why.
create table import_refusal (
  space_id text not null,
  import_id text not null,
  line bigint not null,
  code text not null,
  message text not null,
  primary key (space_id, import_id, line)
);
