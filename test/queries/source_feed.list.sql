select f.*, s.name, s.enabled from source_feed f
  join source s on s.space_id = $1 and s.id = f.source_id
  where f.space_id = $2 order by f.connected_at desc, f.source_id
