select e.message_id, e.type, e.name, e.timestamp, e.properties, e.context, e.received_at, e.profile_id,
  p.identifiers
  from unnest($1::text[]) as n (name)
  cross join lateral (
  select * from event where space_id = $2 and name = n.name and source_id = $3
  and timestamp >= $4::timestamptz and timestamp < $5::timestamptz
  and ($6::text[] is null or type = any($7::text[]))
  and ($8::bigint is null or received_at < $9::timestamptz)) as e
  join profile p on p.space_id = $10 and p.id = e.profile_id
  order by e.timestamp, e.message_id limit $11
