insert into journey_version (space_id, journey_id, version, definition, status, published_by, published_at)
  values ($1, $2, $3, $4::jsonb, 'live', $5, $6)
