select distinct d.batch from computation_due d where d.space_id = $1 and d.profiles is not null
