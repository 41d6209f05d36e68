select count(*) as total from journey where space_id = $1 and deleted_at is null
