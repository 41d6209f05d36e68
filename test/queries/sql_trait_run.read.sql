update sql_trait_run set phase = 'telling', traits = $1::text[], rows = $2::bigint, changed = $3::bigint,
  missing = $4::bigint, discarded = $5::bigint
  where space_id = $6 and sql_trait_id = $7 and number = $8::bigint
