create temporary view event as
  select h.space_id, m.id as profile_id, h.timestamp + m.shift as timestamp, h.message_id, h.type, h.name, h.properties, h.context,
  h.source_id, h.received_at
  from simulated_moment m join simulated_history h on h.profile_id = m.profile_id and h.timestamp <= m.at
