update sql_trait set name = coalesce($1::text, name),
  description = coalesce($2::text, description), query = coalesce($3::text, query),
  times = coalesce($4::integer[], times), enabled = coalesce($5::boolean, enabled),
  updated_by = $6, updated_at = $7::timestamptz
  where space_id = $8 and id = $9 and deleted_at is null returning times, enabled
