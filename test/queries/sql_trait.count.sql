select count(*) as count from sql_trait where space_id = $1 and deleted_at is null
