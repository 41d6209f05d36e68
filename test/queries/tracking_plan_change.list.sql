select * from tracking_plan_change where space_id = $1 and plan_id = $2 order by id desc limit $3
