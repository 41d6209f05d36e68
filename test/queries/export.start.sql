insert into export (space_id, id, kind, computation_id, request, requested_by, started_at, expected)
  values ($1, $2, $3, $4, $5::jsonb, $6, $7::timestamptz, $8::bigint)
