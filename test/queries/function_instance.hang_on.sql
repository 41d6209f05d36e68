select integration_id from function_instance
  where space_id = $1 and function_id = $2 order by integration_id
