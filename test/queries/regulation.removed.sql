select removed from regulation where space_id = $1 and id = $2
