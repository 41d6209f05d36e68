insert into suppressed_identifier (space_id, hash, root, type, value, suppressed_by, suppressed_at)
  select $1, r.hash, r.root, r.type, r.value, $2, $3::timestamptz
  from unnest($4::text[], $5::text[], $6::text[],
  $7::text[]) as r (hash, root, type, value)
  on conflict do nothing
