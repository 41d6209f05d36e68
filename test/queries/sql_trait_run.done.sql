update sql_trait_run set phase = 'done', finished_at = $1::timestamptz
  where space_id = $2 and sql_trait_id = $3 and number = $4::bigint
