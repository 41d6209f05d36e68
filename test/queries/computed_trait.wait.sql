select evaluation from "computed_trait_state" where space_id = $1 and "computed_trait_id" = $2 for update
