select name from source where space_id = $1 and id = $2
