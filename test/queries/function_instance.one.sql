select * from function_instance where space_id = $1 and id = $2
