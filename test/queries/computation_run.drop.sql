delete from "computation_run" where space_id = $1 and computation_id = $2
