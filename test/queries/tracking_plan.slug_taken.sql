select id from tracking_plan where space_id = $1 and slug = $2
