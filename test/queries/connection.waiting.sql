select c.space_id as "spaceId", c.id, c.computation_id as "computationId"
  from connection c
  join connection_state s on s.space_id = c.space_id and s.connection_id = c.id
  join destination d on d.space_id = c.space_id and d.id = c.destination_id
  where s.live <> (c.enabled and d.enabled) or (s.live and (s.passing or s.synced_at < $1::timestamptz))
  order by c.space_id, c.id limit 100
