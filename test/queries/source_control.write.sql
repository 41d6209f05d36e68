insert into source_control (space_id, source_id, controls, updated_by, updated_at)
  values ($1, $2, $3::jsonb, $4, $5::timestamptz)
  on conflict (space_id, source_id) do update set controls = excluded.controls, updated_by = excluded.updated_by, updated_at = excluded.updated_at
