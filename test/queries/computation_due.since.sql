select d.batch, d.profiles is null as everybody from computation_due d
  where d.space_id = $1 and d.computation_id = $2 and d.batch <> $3 order by d.batch
