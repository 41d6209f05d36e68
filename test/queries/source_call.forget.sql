delete from source_call where space_id = $1 and source_id = $2 and id < $3::uuid
