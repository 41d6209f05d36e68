select type, name, path, frequent from catalog_seen
  where space_id = $1 and source_id = $2 and frequent <> '{}' and (type, name) in (
  select r.type, r.name from unnest($3::text[], $4::text[]) as r (type, name))
  order by type, name, path for update
