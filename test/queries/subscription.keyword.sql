insert into subscription (space_id, channel, address, status, locked, origin, updated_at)
  values ($1, $2, $3, $4, $5, 'keyword', $6)
  on conflict (space_id, channel, address) do update
  set status = excluded.status, locked = excluded.locked, origin = excluded.origin,
  updated_at = greatest(subscription.updated_at, excluded.updated_at)
