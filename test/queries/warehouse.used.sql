select name from sql_trait where space_id = $1 and warehouse_id = $2 and deleted_at is null order by name
