update export set people = people - $1::bigint where space_id = $2 and id = $3
