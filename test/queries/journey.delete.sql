update journey set deleted_at = $1, updated_at = $2, updated_by = $3
  where space_id = $4 and id = $5 and status in ('draft', 'archived') and deleted_at is null returning id
