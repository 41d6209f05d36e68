delete from "sql_trait_staged" where space_id = $1 and sql_trait_id = $2
