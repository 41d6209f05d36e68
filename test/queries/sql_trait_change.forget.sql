delete from "sql_trait_change" where space_id = $1 and sql_trait_id = $2
