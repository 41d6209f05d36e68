select * from profile where space_id = $1 and id = $2::uuid
