delete from "computation_step" where space_id = $1 and computation_id = $2
