insert into alert (space_id, id, kind, source_id, opened_at, closed_at, subjects, told)
  select $1, r.id, r.kind, r.source_id, r.opened_at, r.closed_at, r.subjects::jsonb, $2
  from unnest($3::uuid[], $4::text[], $5::text[],
  $6::timestamptz[], $7::timestamptz[],
  $8::text[]) as r (id, kind, source_id, opened_at, closed_at, subjects)
  on conflict (space_id, id) do update set subjects = excluded.subjects, closed_at = excluded.closed_at
