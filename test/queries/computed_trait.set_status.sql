update "computed_trait_state" set status = $1, reason = null where space_id = $2 and "computed_trait_id" = $3
