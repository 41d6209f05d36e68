update regulation set removals_waiting = removals_waiting - $1::integer,
  removals_delivered = removals_delivered + $2::integer, removals_given_up = removals_given_up + $3::integer
  where space_id = $4 and id = $5
