delete from mapping where space_id = $1 and destination_id = $2 and id = $3 returning id
