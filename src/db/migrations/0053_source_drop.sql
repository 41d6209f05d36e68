-- What of a source's calls was not taken, and why: one row an hour, code and subject (the field, identifier type, rule or event it is about),
-- with how often and one example. Written at the end of the transaction that stores the batch, so that its lock is held for the commit only.
create table source_drop (
  space_id text not null,
  source_id text not null,
  hour timestamptz not null,
  code text not null,
  subject text not null default '',
  count bigint not null,
  reason text not null,
  sample text not null,
  message_id text,
  first_at timestamptz not null,
  last_at timestamptz not null,
  primary key (space_id, source_id, hour, code, subject)
);

-- Every request to the source is answered as with `?strict=1`: a call that is not taken is a 4xx.
alter table source add column strict boolean not null default false;
