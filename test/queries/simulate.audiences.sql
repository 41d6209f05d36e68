select key, condition, options from audience
  where space_id = $1 and deleted_at is null
