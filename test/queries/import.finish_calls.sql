update import set status = 'COMPLETED', finished_at = $1::timestamptz
  where space_id = $2 and id = $3 and kind = 'calls' and status = 'RUNNING' and reached = $4::bigint returning id
