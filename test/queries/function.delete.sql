delete from function where space_id = $1 and id = $2
