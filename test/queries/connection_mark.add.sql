insert into connection_mark (space_id, profile_id, connection_id, again)
  select $1, r.id, $2, $3 from unnest($4::uuid[]) as r (id) order by r.id
  on conflict (space_id, profile_id, connection_id) do update
  set revision = connection_mark.revision + 1, again = connection_mark.again or excluded.again
