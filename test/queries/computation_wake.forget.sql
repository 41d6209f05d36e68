delete from computation_wake where space_id = $1 and computation_id = $2
