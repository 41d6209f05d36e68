insert into catalog_switch (space_id, source_id, type, name, path, enabled, archived_at, updated_by, updated_at)
  values ($1, $2, $3, $4, $5, $6, $7::timestamptz, $8, $9::timestamptz)
  on conflict (space_id, source_id, type, name, path) do update set enabled = excluded.enabled, archived_at = excluded.archived_at,
  updated_by = excluded.updated_by, updated_at = excluded.updated_at
