delete from computation_found where space_id = $1 and computation_id = $2
