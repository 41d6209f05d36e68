insert into subscription (space_id, channel, address, status, origin, updated_at)
  select $1, r.channel, r.address, r.status, $2, r.at
  from unnest($3::text[], $4::text[],
  $5::text[], $6::timestamptz[]) as r (channel, address, status, at)
  on conflict (space_id, channel, address) do update
  set status = excluded.status, origin = excluded.origin, updated_at = excluded.updated_at
  where subscription.updated_at <= excluded.updated_at and (not subscription.locked or excluded.status = 'unsubscribed')
  returning channel, address
