-- Calls: as many lines of the file are done, so that who goes on with it knows which line a refused call stands in.
alter table import add column lines bigint not null default 0;
