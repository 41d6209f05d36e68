select e.* from unnest($1::text[]) as n (name)
  cross join lateral (
  select event.message_id, event.type, event.name, event.timestamp, event.properties, event.context, event.received_at, event.profile_id,
  p.identifiers
  from event join profile p on p.space_id = $2 and p.id = event.profile_id
  where event.space_id = $3 and event.name = n.name and source_id = $4
  and timestamp >= $5::timestamptz and timestamp < $6::timestamptz
  and ($7::text[] is null or type = any($8::text[]))
  and ($9::bigint is null or received_at < $10::timestamptz)
  order by timestamp, message_id limit $11) as e
  order by e.timestamp, e.message_id limit $12
