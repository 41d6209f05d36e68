select step, from_id as "from", to_id as "to" from computation_step
  where space_id = $1 and computation_id = $2 and completed_at is null order by step limit 1
