-- Somebody who is erased and of whom a destination was told: that she is to be taken off there. Nothing says who she was but the ids under which the
-- destination knows her, and they are gone when it was told, or when that was given up. `profile_id` is nobody's: it stands where that of her profile would
-- be in the calls that tell it. `queued_at`: these calls are among the deliveries, and the ids are in them only.
create table connection_removal (
  space_id text not null,
  profile_id uuid not null,
  connection_id text not null,
  regulation_id text not null,
  ids jsonb not null,
  attempts integer not null default 0,
  due_at timestamptz not null,
  queued_at timestamptz,
  created_at timestamptz not null,
  primary key (space_id, profile_id)
);
create index connection_removal_due on connection_removal (due_at);

-- How many of these a request still waits for, how many destinations took, and how many were given up.
alter table regulation
  add column removals_waiting integer not null default 0,
  add column removals_delivered integer not null default 0,
  add column removals_given_up integer not null default 0;
