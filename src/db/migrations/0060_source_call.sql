-- The source debugger: the newest 500 calls of a source and what became of each, written only while somebody looks. Not a record: it is gone
-- after a crash of the database, and nothing is decided by it.
create unlogged table source_call (
  space_id text not null,
  source_id text not null,
  id uuid not null,
  received_at timestamptz not null,
  type text not null,
  name text not null,
  message_id text,
  status text not null,
  profile_id uuid,
  problems jsonb not null default '[]',
  raw text not null,
  primary key (space_id, source_id, id)
);

-- Who is looked at: every process that takes calls in asks, once a second and only while calls come in.
create table source_watch (
  space_id text not null,
  source_id text not null,
  watched_until timestamptz not null,
  primary key (space_id, source_id)
);
