update template set deleted_at = $1, key = key || $2::text
  where space_id = $3 and id = $4 and deleted_at is null
