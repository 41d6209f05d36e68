delete from "sql_trait_state" where space_id = $1 and sql_trait_id = $2
