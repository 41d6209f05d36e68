select key, id, collection from "audience" where space_id = $1 and deleted_at is null
