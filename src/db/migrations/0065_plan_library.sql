-- Which libraries a plan is kept in step with. `events`: to which events of the plan a property library adds its properties; null for an event library,
-- whose events are all there.
create table tracking_plan_library (
  space_id text not null,
  plan_id text not null,
  library_id text not null,
  events jsonb,
  synced_by text not null,
  synced_at timestamptz not null,
  primary key (space_id, plan_id, library_id)
);
create index tracking_plan_library_of on tracking_plan_library (space_id, library_id);
