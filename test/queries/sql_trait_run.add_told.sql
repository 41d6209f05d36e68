update sql_trait_run set created = created + $1::bigint, changed = changed - $2::bigint, discarded = discarded + $3::bigint
  where space_id = $4 and sql_trait_id = $5 and number = $6::bigint
