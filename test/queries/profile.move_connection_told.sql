with gone as (delete from connection_told where space_id = $1 and profile_id = $2::uuid returning connection_told.*)
  insert into connection_told (space_id, profile_id, connection_id, value, ids, told_at)
  select $3, $4::uuid, connection_id, value, ids, told_at from gone order by connection_id
  on conflict (space_id, profile_id, connection_id) do update set ids = connection_told.ids || excluded.ids
