update sql_trait_state set run = $1::bigint where space_id = $2 and sql_trait_id = $3
