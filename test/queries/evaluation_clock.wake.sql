insert into evaluation_clock (space_id, moved_at, next_instant) values ($1, $2::timestamptz, $3::timestamptz)
  on conflict (space_id) do update set next_instant = excluded.next_instant
