update import set ahead = ahead + $1::bigint
  where space_id = $2 and id = $3 and kind = 'calls' and status = 'RUNNING' and reached = $4::bigint returning id
