update tracking_plan set name = $1, description = $2, updated_by = $3, updated_at = $4::timestamptz
  where space_id = $5 and id = $6
