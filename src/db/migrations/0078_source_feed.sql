-- A source of one space that feeds another one, too: `source_id` is what it is called there, and has no write key of its own. Looked up by the
-- source that is sent to, before the other space is known: a reference table on a cluster.
create table source_feed (
  space_id text not null,
  source_id text not null,
  from_space_id text not null,
  from_source_id text not null,
  connected_at timestamptz not null,
  connected_by text not null,
  primary key (space_id, source_id)
);
create unique index source_feed_by_source on source_feed (from_space_id, from_source_id, space_id);

-- What a source is (`environment:prod`): a space may say which it lets in.
alter table source add column labels text[] not null default '{}';

-- What a source sent before it was connected comes in by the same path as files: oldest first, with progress; it may be paused and cancelled.
-- `header` says from where and until when, `reached` is the instant that is done, in epoch milliseconds.
alter table import drop constraint import_kind_check;
alter table import add constraint import_kind_check check (kind in ('profiles', 'calls', 'replay'));
alter table import drop constraint import_status_check;
alter table import add constraint import_status_check check (status in ('RUNNING', 'PAUSED', 'COMPLETED', 'CANCELLED', 'FAILED'));
create index import_replaying on import (started_at) where status = 'RUNNING' and kind = 'replay';
