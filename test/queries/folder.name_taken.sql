select id from folder where space_id = $1 and name = $2 and id <> $3
