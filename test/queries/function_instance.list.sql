select * from function_instance where space_id = $1
  and ($2::text is null or function_id = $3::text) order by created_at, id
