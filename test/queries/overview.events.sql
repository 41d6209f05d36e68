select count(*) as count from (select from event where space_id = $1 limit $2) e
