update "computed_trait_state" set status = 'Live', reason = null, failures = 0, evaluated_version = $1::integer where space_id = $2 and "computed_trait_id" = $3
