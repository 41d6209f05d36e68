insert into folder (space_id, id, name, description, created_by, updated_by, created_at, updated_at)
  values ($1, $2, $3, $4, $5, $6, $7::timestamptz, $8::timestamptz)
