update import set reached = $1::bigint, lines = 1
  where space_id = $2 and id = $3 and status = 'RUNNING' and reached = 0 returning id
