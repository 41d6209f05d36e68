insert into sql_trait_run (space_id, sql_trait_id, number, phase, started_at)
  values ($1, $2, $3::bigint, 'reading', $4::timestamptz)
