select id, key, name, channel, version, created_at, updated_at from template
  where space_id = $1 and deleted_at is null and key > $2 and ($3::text is null or channel = $4::text)
  order by key limit $5
