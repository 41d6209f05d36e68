select e.profile_id, e.name, e.message_id, e.timestamp, e.received_at, e.properties, e.context
  from journey_run r join event e on e.profile_id = r.profile_id
  where r.space_id = $1 and r.cohort_id in (select unnest($2::uuid[])) and r.status = 'held'
  and e.space_id = $3 and e.name in (select unnest($4::text[])) and e.timestamp > $5::timestamptz
  and e.received_at >= r.arrived_at
