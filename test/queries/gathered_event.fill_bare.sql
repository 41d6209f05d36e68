insert into pg_temp.gathered_event (space_id, profile_id, timestamp, message_id, type, name, properties, context, source_id, received_at)
  select $1, w.profile_id, n.timestamp, n.message_id, n.type, w.name, n.properties, n.context, n.source_id, n.received_at
  from (select d.profile_id, r.name, min(r.since) as since
  from unnest($2::text[], $3::text[], $4::timestamptz[]) as r (batch, name, since)
  join pg_temp.gathered_due d on d.space_id = $5 and d.batch = r.batch
  group by d.profile_id, r.name) w
  cross join lateral (select e.timestamp, '' as message_id, 'track' as type, '{}'::jsonb as properties, '{}'::jsonb as context, '' as source_id, e.timestamp as received_at from event e where e.space_id = $6 and e.profile_id = w.profile_id
  and e.name = w.name and e.timestamp >= w.since offset 0) n
