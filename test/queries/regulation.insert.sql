insert into regulation (space_id, id, type, status, subject_count, requested_by, created_at, finished_at, due_at)
  values ($1, $2, $3, $4, $5::integer, $6, $7::timestamptz,
  $8::timestamptz, $9::timestamptz)
