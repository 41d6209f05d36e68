delete from computation_due where space_id = $1 and computation_id = $2 returning batch, profiles
