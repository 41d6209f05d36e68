select c.space_id as "spaceId", c.id, c.computation_id as "computationId"
  from connection c join connection_state s on s.space_id = c.space_id and s.connection_id = c.id
  where s.live and (s.due_at is null or s.due_at <= $1::timestamptz) and (s.holder is null or s.held_until < $2::timestamptz)
  and exists (select from connection_mark m where m.space_id = c.space_id and m.connection_id = c.id)
  order by c.space_id, c.id limit 100
