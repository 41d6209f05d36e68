delete from destination_hold where space_id = $1 and destination_id = $2
