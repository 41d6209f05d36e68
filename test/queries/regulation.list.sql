select * from regulation where space_id = $1 and created_at > $2::timestamptz
  and ($3::timestamptz is null or (created_at, id) < ($4::timestamptz, $5::text))
  order by created_at desc, id desc limit $6
