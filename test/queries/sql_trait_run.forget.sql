delete from sql_trait_run where space_id = $1 and sql_trait_id = $2 and number <= $3::bigint
