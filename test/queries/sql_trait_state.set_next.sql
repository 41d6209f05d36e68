update sql_trait_state set next_run_at = $1::timestamptz where space_id = $2 and sql_trait_id = $3
