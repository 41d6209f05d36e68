select s.channel, s.address, s.status, s.locked, s.updated_at
  from unnest($1::text[], $2::text[]) as r (channel, address)
  join subscription s on s.space_id = $3 and s.channel = r.channel and s.address = r.address
