delete from tracking_plan_source
  where space_id = $1 and source_id = $2 and plan_id = $3 returning source_id
