update "audience_state" set status = 'Live', reason = null, failures = 0, evaluated_version = $1::integer where space_id = $2 and "audience_id" = $3
