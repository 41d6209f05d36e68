update sql_trait set deleted_at = $1::timestamptz, updated_by = $2, updated_at = $3::timestamptz
  where space_id = $4 and id = $5
