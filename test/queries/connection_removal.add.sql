insert into connection_removal (space_id, profile_id, connection_id, regulation_id, ids, due_at, created_at)
  select $1, r.profile_id, r.connection_id, $2, r.ids, $3::timestamptz, $4::timestamptz
  from unnest($5::uuid[], $6::text[],
  $7::jsonb[]) as r (profile_id, connection_id, ids)
  order by r.profile_id
