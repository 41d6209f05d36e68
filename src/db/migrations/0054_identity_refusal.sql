-- Why an identifier did not come to a profile, or two profiles did not become one: one row a profile, code and identifier, however often it
-- happened since. `other_id` is the profile that was not merged, where there is one.
create table identity_refusal (
  space_id text not null,
  profile_id uuid not null,
  code text not null,
  collection text not null,
  type text not null,
  value text not null,
  other_id uuid,
  reason text not null,
  source_id text not null,
  message_id text not null,
  first_at timestamptz not null,
  last_at timestamptz not null,
  primary key (space_id, profile_id, code, type, value)
);
