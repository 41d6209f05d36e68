select version from "audience"
  where space_id = $1 and id = $2 and enabled and deleted_at is null
