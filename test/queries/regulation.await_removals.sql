update regulation set removals_waiting = removals_waiting + $1::integer
  where space_id = $2 and id = $3
