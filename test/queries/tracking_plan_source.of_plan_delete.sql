delete from tracking_plan_source where space_id = $1 and plan_id = $2
