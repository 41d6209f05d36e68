insert into connection_told (space_id, profile_id, connection_id, value, ids, told_at)
  select $1, $2::uuid, r.connection_id, r.value::jsonb, r.ids::jsonb, r.told_at
  from unnest($3::text[], $4::text[],
  $5::text[], $6::timestamptz[])
  as r (connection_id, value, ids, told_at)
  order by r.connection_id
  on conflict (space_id, profile_id, connection_id) do update set ids = connection_told.ids || excluded.ids
