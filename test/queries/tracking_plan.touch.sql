update tracking_plan set updated_by = $1, updated_at = $2::timestamptz where space_id = $3 and id = $4
