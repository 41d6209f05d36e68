insert into tracking_plan_source (space_id, source_id, plan_id, connected_by, connected_at)
  values ($1, $2, $3, $4, $5::timestamptz)
