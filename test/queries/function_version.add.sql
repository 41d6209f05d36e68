insert into function_version (space_id, function_id, number, code, handlers, restored_from, created_by, created_at)
  values ($1, $2, $3::integer, $4, $5::jsonb, $6::integer, $7, $8::timestamptz)
