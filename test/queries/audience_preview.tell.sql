update audience_preview set estimate = $1::jsonb, results = $2::jsonb
  where space_id = $3 and id = $4 and claim = $5 and status = 'RUNNING'
