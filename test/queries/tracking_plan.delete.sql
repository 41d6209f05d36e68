delete from tracking_plan where space_id = $1 and id = $2
