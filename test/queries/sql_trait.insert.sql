insert into sql_trait (space_id, id, name, description, warehouse_id, query, times, enabled, created_by, updated_by, created_at, updated_at)
  values ($1, $2, $3, $4, $5, $6, $7::integer[], $8, $9, $10,
  $11::timestamptz, $12::timestamptz)
