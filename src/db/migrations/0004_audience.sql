-- What stored values mean to a condition (spec/audiences 11.2). They answer null instead of failing, whatever is stored, and are inlined by the
-- planner. A text longer than 16,383 characters is no number: numeric has no more digits after its point. `instant_of` is called stable because
-- the cast of a text to timestamptz is; with a zone in the text it depends on nothing.
create function decimal_of(value jsonb) returns numeric language sql immutable parallel safe
return case jsonb_typeof(value)
  when 'number' then value::numeric
  when 'string' then case when length(value #>> '{}') <= 16383 and (value #>> '{}') ~ '^-?(0|[1-9][0-9]*)(\.[0-9]+)?$' then (value #>> '{}')::numeric end
end;

create function instant_of(value jsonb) returns timestamptz language sql stable parallel safe
return case when jsonb_typeof(value) = 'string' then
  case when (value #>> '{}') ~ '^(?!0000)[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])[T ]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]{1,9})?)?(Z|[+-](0[0-9]|1[0-4])(:?[0-5][0-9])?)$' then
    case when substr(value #>> '{}', 9, 2)::integer <= 28
      or substr(value #>> '{}', 9, 2)::integer <= extract(day from (substr(value #>> '{}', 1, 7) || '-01')::date + interval '1 month - 1 day')
    then (value #>> '{}')::timestamptz end
  end
end;

-- JSON without spaces, as a sender would have written it; jsonb's own text has one after each comma and colon. Not by walking the tree: 800
-- nested arrays are deeper than a function may call itself, and would fail the query for everybody. Every second piece between quotes lies
-- inside a string; escaped backslashes and quotes are set aside as characters that jsonb's text never has.
create function compact_json(value jsonb) returns text language plpgsql immutable parallel safe as $$
begin
  return (
    select replace(replace(string_agg(
        case when p.place % 2 = 1 then replace(replace(p.piece, ', ', ','), ': ', ':') else p.piece end, '"' order by p.place),
      chr(2), '\"'), chr(1), '\\')
    from string_to_table(replace(replace(value::text, '\\', chr(1)), '\"', chr(2)), '"') with ordinality as p (piece, place));
end $$;

create function text_of(value jsonb) returns text language sql immutable parallel safe
return case jsonb_typeof(value)
  when 'string' then value #>> '{}'
  when 'number' then value #>> '{}'
  when 'boolean' then value #>> '{}'
  when 'null' then null
  else compact_json(value)
end;

-- What the values of one property come to over many events. A value is known by its text, so that 5 and "5" are one; lists and objects are
-- no values.
create function scalar_text(value jsonb) returns text language sql immutable parallel safe
return case jsonb_typeof(value)
  when 'string' then value #>> '{}'
  when 'number' then trim_scale(value::numeric)::text
  when 'boolean' then value #>> '{}'
end;

create function distinct_texts(texts text[]) returns jsonb language sql immutable parallel safe
return (select jsonb_agg(d.text order by d.text collate "C")
  from (select distinct u.text from unnest(texts) as u (text) where u.text is not null) as d);

create function most_frequent_text(texts text[], minimum integer) returns text language sql immutable parallel safe
return (select u.text from unnest(texts) as u (text) where u.text is not null
  group by u.text having count(*) >= minimum order by count(*) desc, u.text collate "C" limit 1);

-- Definitions. Their changing state lives in a table of its own (distribution R11).
create table audience (
  space_id text not null,
  id text not null,
  key text not null,
  name text not null,
  description text not null default '',
  condition jsonb not null,
  options jsonb not null default '{}',
  enabled boolean not null default true,
  version integer not null default 1,
  created_by text not null,
  updated_by text not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  deleted_at timestamptz,
  primary key (space_id, id),
  unique (space_id, key)
);

-- Its row is the lock of an evaluation. `evaluated_at` is the instant of the last one, `evaluated_version` the definition that membership was
-- computed with (0: none, it must be computed in full), `evaluation` the number of the last one.
create table audience_state (
  space_id text not null,
  audience_id text not null,
  status text not null default 'Preparing',
  reason text,
  evaluated_at timestamptz,
  evaluated_version integer not null default 0,
  evaluation bigint not null default 0,
  failures integer not null default 0,
  member_count bigint not null default 0,
  primary key (space_id, audience_id)
);

create table audience_evaluation (
  space_id text not null,
  audience_id text not null,
  id uuid not null,
  mode text not null,
  evaluated_at timestamptz not null,
  duration_ms integer not null,
  candidates bigint,
  entered bigint not null default 0,
  exited bigint not null default 0,
  -- Changes that a full evaluation found and no pending change explains. Not null only where the audience was up to date before.
  drift bigint,
  error text,
  primary key (space_id, audience_id, id)
);
create index audience_evaluation_by_time on audience_evaluation (space_id, audience_id, evaluated_at);

create table membership (
  space_id text not null,
  audience_id text not null,
  profile_id uuid not null,
  entered_at timestamptz not null,
  primary key (space_id, audience_id, profile_id)
);
create index membership_by_profile on membership (space_id, profile_id);

-- Append-only: replaying it in the order of (changed_at, evaluation nulls last) gives membership (G4). An evaluation changes a profile once at
-- most, and the instants of an audience's evaluations never go back. Without an evaluation: said by a merge.
create table membership_change (
  space_id text not null,
  profile_id uuid not null,
  id uuid not null,
  audience_id text not null,
  change text not null check (change in ('entered', 'exited')),
  changed_at timestamptz not null,
  evaluation bigint,
  primary key (space_id, profile_id, id)
);
create index membership_change_by_audience on membership_change (space_id, audience_id, changed_at);

-- Audiences that a live journey begins with: only their changes go to the outbox.
create table audience_interest (
  space_id text not null,
  audience_id text not null,
  consumer text not null,
  primary key (space_id, audience_id, consumer)
);

create table computed_trait (
  space_id text not null,
  id text not null,
  key text not null,
  name text not null,
  description text not null default '',
  definition jsonb not null,
  options jsonb not null default '{}',
  enabled boolean not null default true,
  version integer not null default 1,
  created_by text not null,
  updated_by text not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  deleted_at timestamptz,
  primary key (space_id, id),
  unique (space_id, key)
);

create table computed_trait_state (
  space_id text not null,
  computed_trait_id text not null,
  status text not null default 'Preparing',
  reason text,
  evaluated_at timestamptz,
  evaluated_version integer not null default 0,
  evaluation bigint not null default 0,
  failures integer not null default 0,
  primary key (space_id, computed_trait_id)
);

-- Kept beside the profile, like membership, so that one diff serves both and no profile row is rewritten by an evaluation.
create table computed_value (
  space_id text not null,
  computed_trait_id text not null,
  profile_id uuid not null,
  value jsonb not null,
  changed_at timestamptz not null,
  primary key (space_id, computed_trait_id, profile_id)
);
create index computed_value_by_profile on computed_value (space_id, profile_id);

-- The diff of one evaluation of a computed trait, between its statements: written, applied and deleted in one transaction. No value: it has none now.
create table computed_change (
  space_id text not null,
  computed_trait_id text not null,
  profile_id uuid not null,
  value jsonb,
  primary key (space_id, computed_trait_id, profile_id)
);

-- A computation is an audience or a computed trait. Who must be looked at again, and for what: written where something changed, deleted by the
-- evaluation that looked. The rows of a batch appear together. The nil profile stands for everybody.
create table computation_due (
  space_id text not null,
  computation_id text not null,
  batch text not null,
  profile_id uuid not null,
  primary key (space_id, computation_id, batch, profile_id)
);
create index computation_due_everybody on computation_due (space_id, computation_id) where profile_id = '00000000-0000-0000-0000-000000000000';

-- When a profile must be looked at again because time alone changes the answer of a relative date (`within_last` and the like). The nil profile:
-- when a failed computation is tried again.
create table computation_wake (
  space_id text not null,
  computation_id text not null,
  profile_id uuid not null,
  due_at timestamptz not null,
  primary key (space_id, computation_id, profile_id)
);
create index computation_wake_by_time on computation_wake (space_id, due_at);

-- Up to which instant the window edges of all computations of a space were looked at, and the next one at which an event crosses one; null: never.
create table evaluation_clock (
  space_id text primary key,
  moved_at timestamptz not null,
  next_instant timestamptz,
  batch bigint not null default 0
);
create index evaluation_clock_by_time on evaluation_clock (next_instant);
