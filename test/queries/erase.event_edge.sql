select timestamp from event where space_id = $1
  and profile_id in (select r.id from unnest($2::uuid[]) as r (id)) order by timestamp limit 1 offset $3
