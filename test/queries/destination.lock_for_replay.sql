select id from destination where space_id = $1 and id = $2 for update
