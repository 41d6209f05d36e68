select id from regulation where space_id = $1 and id = $2 and removals_waiting > 0
