delete from due_profile where space_id = $1 and batch = any($2::text[])
