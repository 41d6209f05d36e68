select id, key, name, channel, version, created_at, updated_at from template
  where space_id = $1 and key = $2 and deleted_at is null
