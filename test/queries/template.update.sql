update template set name = $1, version = $2, updated_at = $3
  where space_id = $4 and id = $5 and version = $6 and deleted_at is null
  returning id, key, name, channel, version, created_at, updated_at
