-- An address to which nothing goes any more, whatever its owner's state: it does not exist, or mail to it was reported as spam. One row an
-- address on a channel, with the first event that said so; taking it out is deleting it (spec/messaging §3.7).
create table suppression (
  space_id text not null,
  channel text not null,
  address text not null,
  reason text not null check (reason in ('bounced', 'complained', 'invalid')),
  -- The message whose fate it was, and what the provider said of it.
  profile_id uuid not null,
  message_id uuid not null,
  detail jsonb not null default '{}',
  suppressed_at timestamptz not null,
  primary key (space_id, channel, address)
);
create index suppression_by_time on suppression (space_id, suppressed_at);

-- A step that cannot be done for a cohort: written by whoever tried, deleted by the move that does it at last.
create table journey_failure (
  space_id text not null,
  cohort_id uuid not null,
  journey_id text not null,
  version integer not null,
  step text not null,
  -- `definition`: what the step asks for is wrong or gone. `defect`: anything else.
  kind text not null check (kind in ('definition', 'defect')),
  error text not null,
  attempts integer not null,
  first_at timestamptz not null,
  last_at timestamptz not null,
  primary key (space_id, cohort_id)
);
create index journey_failure_by_journey on journey_failure (space_id, journey_id);
create index journey_refusal_by_journey on journey_refusal (space_id, journey_id, happened_at);
