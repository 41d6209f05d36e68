delete from tracking_plan_library where space_id = $1 and plan_id = $2
