select id from "computed_trait" where space_id = $1 and id = $2 for update
