select p.id, p.name from tracking_plan_source c
  join tracking_plan p on p.space_id = $1 and p.id = c.plan_id
  where c.space_id = $2 and c.source_id = $3
