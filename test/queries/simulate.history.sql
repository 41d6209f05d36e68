insert into simulated_history
  select e.space_id, e.profile_id, e.timestamp, e.message_id, e.type, e.name, e.properties, e.context, e.source_id, e.received_at
  from event e where e.space_id = $1 and e.name = any($2::text[]) and e.timestamp <= $3::timestamptz
