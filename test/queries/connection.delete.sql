delete from connection where space_id = $1 and id = $2
