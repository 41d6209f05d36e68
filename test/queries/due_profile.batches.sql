select distinct d.batch from due_profile d where d.space_id = $1 order by d.batch
