select channel, address, status, locked, updated_at from subscription
  where space_id = $1 and (channel, address) in (
  select r.channel, r.address
  from unnest($2::text[], $3::text[]) as r (channel, address))
  order by channel collate "C", address collate "C" for update
