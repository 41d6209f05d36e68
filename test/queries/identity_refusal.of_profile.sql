select * from identity_refusal where space_id = $1 and profile_id = $2::uuid
  order by last_at desc, code, type, value limit $3
