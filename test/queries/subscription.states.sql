select s.channel, s.address, s.status, s.locked, s.updated_at
  from unnest($1::text[], $2::text[]) as r (channel, address)
  cross join lateral (select * from subscription
  where space_id = $3 and channel = r.channel and address = r.address limit 1) as s
