select id from audience where space_id = $1 and key = $2
