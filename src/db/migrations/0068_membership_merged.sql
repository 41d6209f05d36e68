-- Two members of an audience who were merged into one: the audience's count is one too high until the next tick, which takes this row.
create table membership_merged (
  space_id text not null,
  audience_id text not null,
  loser_id uuid not null,
  merged_at timestamptz not null,
  primary key (space_id, audience_id, loser_id)
);
