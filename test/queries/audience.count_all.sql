select count(*) as count from "audience" where space_id = $1 and deleted_at is null
