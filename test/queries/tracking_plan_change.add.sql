insert into tracking_plan_change (space_id, plan_id, id, changed_at, changed_by, action, subject)
  select $1, $2, r.id, $3::timestamptz, $4, r.action, r.subject
  from unnest($5::text[], $6::text[], $7::text[]) as r (id, action, subject)
  on conflict do nothing
