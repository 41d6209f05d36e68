select * from suppressed_identifier where space_id = $1 and root = hash
  and ($2::timestamptz is null or (suppressed_at, hash) < ($3::timestamptz, $4::text))
  order by suppressed_at desc, hash desc limit $5
