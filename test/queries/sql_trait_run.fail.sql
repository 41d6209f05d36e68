update sql_trait_run set phase = 'failed', finished_at = $1::timestamptz, error_code = $2, error = $3
  where space_id = $4 and sql_trait_id = $5 and number = $6::bigint
