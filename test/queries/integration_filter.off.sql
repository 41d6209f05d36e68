insert into integration_filter (space_id, source_id, type, name, tool, updated_by, updated_at)
  values ($1, $2, $3, $4, $5, $6, $7::timestamptz)
  on conflict (space_id, source_id, type, name, tool) do update set updated_by = excluded.updated_by, updated_at = excluded.updated_at
