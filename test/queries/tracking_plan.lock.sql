select id from tracking_plan where space_id = $1 and id = $2 for update
