select status, count(*)::int as count, (array_agg(received_at order by received_at desc))[1] as at,
  (array_agg(reason order by received_at desc))[1] as reason
  from (
  select status, reason, received_at from event_delivery
  where space_id = $1 and destination_id = $2 and received_at > $3::timestamptz
  order by received_at desc limit $4
  ) as newest
  group by status, (status = 'queued' and reason is not null)
