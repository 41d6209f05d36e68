insert into connection_told (space_id, profile_id, connection_id, value, ids, told_at)
  select $1, r.profile_id, $2, r.value::jsonb, r.ids::jsonb, r.told_at
  from unnest($3::uuid[], $4::text[],
  $5::text[], $6::timestamptz[])
  as r (profile_id, value, ids, told_at)
  order by r.profile_id
  on conflict (space_id, profile_id, connection_id) do update
  set value = excluded.value, ids = excluded.ids, told_at = excluded.told_at
