select type, name, path, first_at, last_at, days, kinds, frequent from catalog_seen
  where space_id = $1 and source_id = $2 and (type, name, path) in (
  select type, name, path from unnest($3::text[], $4::text[],
  $5::text[]) as r (type, name, path))
  order by type, name, path for update
