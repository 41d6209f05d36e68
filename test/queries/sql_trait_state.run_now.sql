update sql_trait_state set next_run_at = $1::timestamptz, resync = resync or $2 where space_id = $3 and sql_trait_id = $4
