select key, id, collection from "computed_trait" where space_id = $1 and deleted_at is null
