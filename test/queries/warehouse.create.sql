insert into warehouse (space_id, id, name, host, port, database, username, password, ssl, created_by, created_at, updated_at)
  values ($1, $2, $3, $4, $5::integer, $6, $7, $8, $9,
  $10, $11::timestamptz, $12::timestamptz)
