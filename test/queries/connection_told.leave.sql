delete from connection_told where space_id = $1
  and profile_id in (select r.id from unnest($2::uuid[]) as r (id)) returning profile_id, connection_id, ids, told_at
