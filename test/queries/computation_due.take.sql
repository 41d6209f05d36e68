delete from computation_due
  where space_id = $1 and computation_id = $2 and profiles is not null and batch = any($3::text[])
  returning batch
