-- How many requests of a kind came in the window that goes on now: counted for all processes together. Not a record: after a crash of the database
-- every window begins anew. Instants are epoch milliseconds, which may be reckoned with where rows are on several nodes.
create unlogged table rate_window (
  space_id text not null,
  name text not null,
  asked_ms bigint not null,
  ends_ms bigint not null,
  used bigint not null,
  primary key (space_id, name)
) with (fillfactor = 50);
