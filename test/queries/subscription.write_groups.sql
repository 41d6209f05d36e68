insert into group_subscription (space_id, address, group_id, status, updated_at)
  select $1, r.address, r.group_id, r.status, r.at
  from unnest($2::text[], $3::text[],
  $4::text[], $5::timestamptz[]) as r (address, group_id, status, at)
  on conflict (space_id, address, group_id) do update set status = excluded.status, updated_at = excluded.updated_at
  where group_subscription.updated_at <= excluded.updated_at
  returning address, group_id
