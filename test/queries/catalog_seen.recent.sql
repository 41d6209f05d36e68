select distinct source_id, type, name from catalog_seen
  where space_id = $1 and frequent <> '{}' and last_at >= $2::timestamptz order by source_id, type, name
