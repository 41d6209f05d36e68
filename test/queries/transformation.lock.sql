select id from transformation where space_id = $1 and id = $2 for update
