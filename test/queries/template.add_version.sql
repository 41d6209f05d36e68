insert into template_version (space_id, template_id, version, source, compiled, created_at)
  values ($1, $2, $3, $4::jsonb,
  $5::jsonb, $6)
