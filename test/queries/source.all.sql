select * from source where space_id = $1 order by created_at desc, id
