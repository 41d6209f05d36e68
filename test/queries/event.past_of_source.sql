select e.message_id, e.type, e.name, e.timestamp, e.properties, e.context, e.profile_id, p.identifiers
  from unnest($1::text[]) as n (name)
  cross join lateral (
  select * from event where space_id = $2 and name = n.name and source_id = $3
  and timestamp >= $4::timestamptz and timestamp < $5::timestamptz) as e
  join profile p on p.space_id = $6 and p.id = e.profile_id
  order by e.timestamp, e.message_id limit $7
