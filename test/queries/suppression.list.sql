select channel, address, reason, profile_id, message_id, detail, suppressed_at from suppression
  where space_id = $1 and ($2::text is null or channel = $3::text)
  and ($4::text is null or lower(address) like $5::text)
  and ($6::timestamptz is null or (suppressed_at, channel || ':' || address) < ($7::timestamptz, $8::text))
  order by suppressed_at desc, channel || ':' || address desc limit $9
