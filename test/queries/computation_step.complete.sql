update computation_step set completed_at = $1::timestamptz
  where space_id = $2 and computation_id = $3 and step = $4
