-- Every key that an audience, computed trait or journey of the space has or ever had: a destination that counted the members of a deleted
-- one must not take another for it (spec/audiences §10.3). One table for the three, so that two who take the same key at once cannot both get it.
create table space_key (
  space_id text not null,
  key text not null,
  noun text not null check (noun in ('audience', 'computed_trait', 'journey')),
  taken_at timestamptz not null,
  primary key (space_id, key)
);
insert into space_key (space_id, key, noun, taken_at)
  select space_id, key, 'audience', created_at from audience
  union all select space_id, key, 'computed_trait', created_at from computed_trait
  union all select space_id, key, 'journey', created_at from journey
  on conflict do nothing;
