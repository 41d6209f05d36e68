select * from mapping where space_id = $1 and destination_id = $2 order by position, id
