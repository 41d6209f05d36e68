update evaluation_clock set moved_at = $1::timestamptz, next_instant = $2::timestamptz, batch = $3::bigint
  where space_id = $4
