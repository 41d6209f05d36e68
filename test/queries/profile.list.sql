select id, traits, identifiers, created_at, last_seen_at from profile
  where space_id = $1 and collection = $2 and merged_into is null and id < $3::uuid
  order by id desc limit $4
