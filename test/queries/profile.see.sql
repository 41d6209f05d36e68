insert into profile (space_id, id, created_at, updated_at, last_seen_at)
  select $1, r.id, r.last_seen_at, r.last_seen_at, r.last_seen_at
  from unnest($2::uuid[], $3::timestamptz[]) as r (id, last_seen_at)
  on conflict (space_id, id) do update set last_seen_at = excluded.last_seen_at
