insert into source (space_id, id, name, kind, labels, created_at)
  values ($1, $2, $3, $4, $5::text[], $6::timestamptz)
