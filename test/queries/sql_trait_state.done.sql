update sql_trait_state set traits = $1::text[], resync = resync and not $2 where space_id = $3 and sql_trait_id = $4
