update sql_trait set name = $1, description = $2, query = $3, times = $4::integer[],
  enabled = $5, updated_by = $6, updated_at = $7::timestamptz
  where space_id = $8 and id = $9
