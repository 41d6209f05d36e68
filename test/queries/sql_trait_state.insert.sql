insert into sql_trait_state (space_id, sql_trait_id, next_run_at) values ($1, $2, $3::timestamptz)
