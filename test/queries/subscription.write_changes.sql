insert into subscription_change (space_id, address, id, channel, group_id, status, previous, origin, changed_at)
  select $1, r.* from unnest($2::text[], $3::uuid[],
  $4::text[], $5::text[], $6::text[],
  $7::text[], $8::text[], $9::timestamptz[]) as r
  on conflict do nothing
