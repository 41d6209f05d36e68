-- What calls of a source should look like: rules in JSON Schema for events, identify, group, page and screen, and one for all of them.
create table tracking_plan (
  space_id text not null,
  id text not null,
  type text not null,
  name text not null,
  slug text not null,
  description text not null default '',
  created_by text not null,
  updated_by text not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (space_id, id),
  unique (space_id, slug)
);

-- `key` is the event's name; the other types have none. Several versions of one rule live side by side.
create table tracking_plan_rule (
  space_id text not null,
  plan_id text not null,
  type text not null,
  key text not null default '',
  version integer not null,
  json_schema jsonb not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  deprecated_at timestamptz,
  primary key (space_id, plan_id, type, key, version)
);

-- Who changed what, rule by rule.
create table tracking_plan_change (
  space_id text not null,
  plan_id text not null,
  id text not null,
  changed_at timestamptz not null,
  changed_by text not null,
  action text not null,
  subject text not null,
  primary key (space_id, plan_id, id)
);

-- A source has at most one plan; a plan has any number of sources.
create table tracking_plan_source (
  space_id text not null,
  source_id text not null,
  plan_id text not null,
  connected_by text not null,
  connected_at timestamptz not null,
  primary key (space_id, source_id)
);

-- What a source does with the unplanned and the broken. No row: everything is allowed.
create table source_control (
  space_id text not null,
  source_id text not null,
  controls jsonb not null,
  updated_by text not null,
  updated_at timestamptz not null,
  primary key (space_id, source_id)
);

-- How often calls broke their plan, by the hour and by what they broke; the first of each hour is kept as an example. `id` is made of the rest.
create table violation_hour (
  space_id text not null,
  source_id text not null,
  hour timestamptz not null,
  id text not null,
  plan_id text not null,
  event_type text not null,
  event_name text not null,
  type text not null,
  field text not null,
  description text not null,
  count bigint not null,
  blocked bigint not null,
  sample text not null,
  last_at timestamptz not null,
  primary key (space_id, source_id, hour, id)
);
