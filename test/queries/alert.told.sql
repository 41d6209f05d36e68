update alert set told = $1, told_at = $2::timestamptz, told_error = $3
  where space_id = $4 and id = $5::uuid and told <> 'sent'
