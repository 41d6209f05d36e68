select c.source_id, c.connected_at, c.connected_by, coalesce(s.name, c.source_id) as name
  from tracking_plan_source c left join source s on s.space_id = $1 and s.id = c.source_id
  where c.space_id = $2 and c.plan_id = $3 order by name, c.source_id
