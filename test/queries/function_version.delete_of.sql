delete from function_version where space_id = $1 and function_id = $2
