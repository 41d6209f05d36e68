insert into destination_hold (space_id, destination_id, holder, held_until, taken_at)
  values ($1, $2, $3::uuid, $4::timestamptz, $5::timestamptz)
  on conflict (space_id, destination_id) do update
  set holder = excluded.holder, held_until = excluded.held_until, taken_at = excluded.taken_at
  where destination_hold.holder = excluded.holder or destination_hold.held_until <= excluded.taken_at
  returning holder
