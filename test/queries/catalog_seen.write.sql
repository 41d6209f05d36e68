update catalog_seen set first_at = r.first_at, last_at = r.last_at, days = r.days::jsonb, kinds = r.kinds::jsonb, frequent = r.frequent::jsonb
  from unnest($1::text[], $2::text[], $3::text[],
  $4::timestamptz[], $5::timestamptz[],
  $6::text[], $7::text[],
  $8::text[]) as r (type, name, path, first_at, last_at, days, kinds, frequent)
  where catalog_seen.space_id = $9 and catalog_seen.source_id = $10
  and catalog_seen.type = r.type and catalog_seen.name = r.name and catalog_seen.path = r.path
