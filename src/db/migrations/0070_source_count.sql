-- How many calls of each source came to which end, by ten minutes and type: received is eligible, failed and filtered together. The processes that
-- take calls in count in memory and add what they counted each second, each row by its key.
create table source_count (
  space_id text not null,
  source_id text not null,
  slot timestamptz not null,
  type text not null,
  outcome text not null check (outcome in ('eligible', 'failed', 'filtered', 'duplicate')),
  count bigint not null,
  primary key (space_id, source_id, slot, type, outcome)
) with (fillfactor = 70);
