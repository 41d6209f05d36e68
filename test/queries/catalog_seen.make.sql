insert into catalog_seen (space_id, source_id, type, name, path, first_at, last_at, days, kinds, frequent)
  select $1, $2, r.type, r.name, r.path, r.at, r.at, '{}', '{}', '{}'
  from unnest($3::text[], $4::text[], $5::text[],
  $6::timestamptz[]) as r (type, name, path, at)
  on conflict do nothing
