delete from audience_interest where space_id = $1 and consumer = $2
