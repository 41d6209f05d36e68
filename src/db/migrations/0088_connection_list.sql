-- What each item that is sent to a list says beside.
alter table connection add column extras jsonb not null default '{}';

-- Of a connection to a tool that keeps lists: the list's id there, who is sending to it and until when, and when it is tried again after what
-- the tool said last.
alter table connection_state
  add column list_id text,
  add column holder uuid,
  add column held_until timestamptz,
  add column attempts integer not null default 0,
  add column due_at timestamptz,
  add column last_error text;

-- Somebody of whom a list may be wrong. What is sent is what is so when it is sent; a mark that was made anew meanwhile has another revision and stays.
create table connection_mark (
  space_id text not null,
  profile_id uuid not null,
  connection_id text not null,
  revision integer not null default 1,
  again boolean not null default false,
  primary key (space_id, profile_id, connection_id)
);
create index connection_mark_of on connection_mark (space_id, connection_id, profile_id);
