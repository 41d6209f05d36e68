-- A preview that was asked for. Whoever asks computes it at once, under a claim; a worker takes it over when the claim lapses. Answers are
-- kept for a day; `counted` rows stay empty for a month after that, because so many a month may be asked for.
create table audience_preview (
  space_id text not null,
  id text not null,
  asked jsonb not null,
  status text not null default 'RUNNING' check (status in ('RUNNING', 'COMPLETED', 'FAILED')),
  estimate jsonb,
  size bigint,
  results jsonb,
  identifiers jsonb,
  failure text,
  counted boolean not null,
  requested_by text not null,
  requested_at timestamptz not null,
  finished_at timestamptz,
  expires_at timestamptz not null,
  claim text,
  claimed_until timestamptz,
  attempts integer not null default 1,
  primary key (space_id, id)
);
create index audience_preview_running on audience_preview (claimed_until) where status = 'RUNNING';
create index audience_preview_by_expiry on audience_preview (expires_at);
create index audience_preview_by_time on audience_preview (space_id, requested_at);
