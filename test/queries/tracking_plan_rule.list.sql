select * from tracking_plan_rule where space_id = $1 and plan_id = $2 order by type, key, version
