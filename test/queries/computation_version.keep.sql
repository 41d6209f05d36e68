insert into computation_version (space_id, computation_id, version, definition, options, saved_by, saved_at, restored_from)
  values ($1, $2, $3::integer, $4::jsonb,
  $5::jsonb, $6, $7::timestamptz, $8::integer)
