select * from identity_refusal where space_id = $1 and last_at >= $2::timestamptz
  order by last_at desc, profile_id, code, type, value limit $3
