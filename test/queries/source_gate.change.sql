insert into source_gate (space_id, source_id, revision) values ($1, $2, 1)
  on conflict (space_id, source_id) do update set revision = source_gate.revision + 1
