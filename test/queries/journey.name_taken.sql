select id from journey where space_id = $1 and name = $2 and id <> $3 and deleted_at is null limit 1
