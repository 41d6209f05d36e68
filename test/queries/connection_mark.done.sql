delete from connection_mark where space_id = $1 and connection_id = $2 and (profile_id, revision) in (
  select r.id, r.revision from unnest($3::uuid[], $4::integer[]) as r (id, revision))
