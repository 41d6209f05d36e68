insert into event_hour (space_id, hour, source_id, type, name, count)
  select $1, r.hour, $2, r.type, r.name, r.count
  from unnest($3::timestamptz[], $4::text[],
  $5::text[], $6::bigint[]) as r (hour, type, name, count)
  join catalog_seen c on c.space_id = $7 and c.source_id = $8 and c.type = r.type and c.name = r.name and c.path = ''
  order by r.hour, r.type, r.name
  on conflict (space_id, hour, source_id, type, name) do update set count = event_hour.count + excluded.count
