select c.*, s.live, s.passing, s.since, s.synced_at, s.list_id, s.last_error, d.name as destination_name, d.enabled as destination_enabled, d.tool,
  (select count(*) from mapping m where m.space_id = $1 and m.destination_id = c.destination_id and m.enabled) as mappings_on,
  (select count(*) from mapping m where m.space_id = $2 and m.destination_id = c.destination_id and not m.enabled) as mappings_off
  from connection c
  join connection_state s on s.space_id = $3 and s.connection_id = c.id
  join destination d on d.space_id = $4 and d.id = c.destination_id
  where c.space_id = $5 and c.computation_id = $6 order by c.created_at, c.id
