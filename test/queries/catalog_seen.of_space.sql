select type, name, path, first_at, last_at, days, kinds, frequent from catalog_seen
  where space_id = $1 order by last_at desc, source_id, type, name, path limit $2
