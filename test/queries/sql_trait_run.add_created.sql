update sql_trait_run set created = created + $1::bigint
  where space_id = $2 and sql_trait_id = $3 and number = $4::bigint
