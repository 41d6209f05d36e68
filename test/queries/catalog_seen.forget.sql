update catalog_seen c set frequent = r.frequent::jsonb
  from unnest($1::text[], $2::text[], $3::text[],
  $4::text[]) as r (type, name, path, frequent)
  where c.space_id = $5 and c.source_id = $6 and c.type = r.type and c.name = r.name and c.path = r.path
  returning c.path
