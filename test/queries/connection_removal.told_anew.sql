select ids from connection_told where space_id = $1 and connection_id = $2
  and profile_id in (select r.id from unnest($3::uuid[]) as r (id))
