select $1 as "spaceId", c.id, c.kind, c.destination_id, c.send_track, c.send_identify, c.names, c.extras,
  c.computation_id as "computationId", coalesce(a.key, t.key) as key, coalesce(a.name, t.name) as name, coalesce(a.options, t.options) as options, d.tool,
  c.enabled and d.enabled as active, s.live, s.since, s.passing, s.again, s.resync, s.reached
  from connection c
  join connection_state s on s.space_id = $2 and s.connection_id = c.id
  join destination d on d.space_id = $3 and d.id = c.destination_id
  left join audience a on a.space_id = $4 and a.id = c.computation_id and c.kind = 'audience'
  left join computed_trait t on t.space_id = $5 and t.id = c.computation_id and c.kind = 'computed_trait'
  where c.space_id = $6 and coalesce(a.key, t.key) is not null order by c.id
